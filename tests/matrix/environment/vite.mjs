// Vite in its lines: as a server for development, and built.

import { pinned, visit, writeApp } from '../app.mjs'

function row(line, kind, { isolated = false, short = false, browser = 'chromium', entry } = {}) {
  const words = [`Vite ${line} ${kind}`]
  if (entry) words.push(entry)
  if (browser !== 'chromium') words.push('Firefox')
  if (isolated) words.push('isolated')
  return {
    name: words.join(', '),
    short,
    async run(context) {
      // The repository has the newest line itself.
      await context.install(pinned(`vite${line}`))
      await writeApp(context, { entry })
      const vite = context.module('vite/bin/vite.js')
      if (kind === 'build') {
        await context.exec(process.execPath, [vite, 'build'])
        return visit(context, await context.serve('dist', { isolated }), { browser })
      }
      const { url } = await context.start(process.execPath, (port) => [
        vite,
        ...['--host', '127.0.0.1', '--port', String(port), '--strictPort'],
      ])
      return visit(context, await context.proxy(url, { isolated }), { browser })
    },
  }
}

export default [
  ...[5, 6, 7].flatMap((line) => [row(line, 'dev'), row(line, 'build')]),
  row(8, 'dev'),
  row(8, 'dev', { isolated: true }),
  row(8, 'build'),
  row(8, 'build', { isolated: true }),
  row(8, 'build', { entry: 'parevm/simulate' }),
  row(8, 'build', { entry: 'parevm/simulate', isolated: true }),
]
