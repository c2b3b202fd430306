// Vite in its lines: as a server for development, and built.

import { join } from 'node:path'
import { root } from '../../../scripts/process.mjs'
import { expectError, pinned, visit, writeApp } from '../app.mjs'
import { configuration } from '../configuration.mjs'

function row(line, kind, { isolated = false, short = false, browser = 'chromium', entry } = {}) {
  const words = [`Vite ${line} ${kind}`]
  if (entry) words.push(entry)
  if (browser !== 'chromium') words.push('Firefox')
  if (isolated) words.push('isolated')
  return {
    name: words.join(', '),
    short,
    async run(context) {
      const vite = await install(context, line)
      await writeApp(context, { entry })
      if (kind === 'build') {
        await context.exec(process.execPath, [vite, 'build'])
        return visit(context, await context.serve('dist', { isolated }), { browser })
      }
      const lines = configuration[`Vite ${line} dev`]?.line ?? ''
      await context.write('vite.config.mjs', `export default { ${lines} }\n`)
      const url = await startServer(context, vite)
      return visit(context, await context.proxy(url, { isolated }), { browser })
    },
  }
}

/** Resolves with the path of Vite. The repository itself has the newest line. */
async function install(context, line) {
  await context.install(line === 8 ? [] : pinned(`vite${line}`))
  return line === 8
    ? join(root, 'node_modules/vite/bin/vite.js')
    : context.module('vite/bin/vite.js')
}

/** Resolves with the address of the server for development. */
async function startServer(context, vite) {
  const { url } = await context.start(process.execPath, (port) => [
    vite,
    ...['--host', '127.0.0.1', '--port', String(port), '--strictPort'],
  ])
  return url
}

/** These lines bundle dependencies for development without their workers. */
function unconfigured(line) {
  return {
    name: `Vite ${line} dev, without configuration`,
    short: false,
    async run(context) {
      const vite = await install(context, line)
      await writeApp(context)
      const url = await startServer(context, vite)
      return expectError(context, await context.proxy(url), {
        // Its server answers for the wasm with the page; which of the two files fails first is open.
        code: /^(WORKER_NOT_FOUND|MODULE_WRONG_TYPE)$/,
        hint: /optimizeDeps\.exclude/,
      })
    },
  }
}

export default [
  ...[5, 6, 7].flatMap((line) => [row(line, 'dev'), unconfigured(line), row(line, 'build')]),
  row(8, 'dev', { short: true }),
  row(8, 'dev', { isolated: true }),
  row(8, 'build'),
  row(8, 'build', { isolated: true, short: true }),
  row(8, 'build', { entry: 'parevm/simulate' }),
  row(8, 'build', { entry: 'parevm/simulate', isolated: true }),
]
