// Rollup, esbuild and `bun build`: they leave the package's URLs as they are, so the page says where its files are.

import { join } from 'node:path'
import { root } from '../../../scripts/process.mjs'
import { expectError, page, pinned, visit, writeApp } from '../app.mjs'
import { configuration } from '../configuration.mjs'

/** Programs that bundle `src/main.js` into the folder `public`. */
const tools = {
  // Of the repository: it stands for Rollup in the short form.
  'Rolldown 1': {
    packages: [],
    command: () => [
      process.execPath,
      join(root, 'node_modules/rolldown/bin/cli.mjs'),
      ...['src/main.js', '--format', 'esm', '--dir', 'public'],
    ],
  },
  'Rollup 4': {
    packages: ['rollup', 'node-resolve'],
    command: (module) => [
      process.execPath,
      module('rollup/dist/bin/rollup'),
      ...['src/main.js', '--plugin', '@rollup/plugin-node-resolve'],
      ...['--format', 'es', '--dir', 'public'],
    ],
  },
  esbuild: {
    packages: ['esbuild'],
    command: (module) => [
      module('@esbuild/linux-x64/bin/esbuild'),
      ...['src/main.js', '--bundle', '--splitting', '--format=esm', '--minify', '--outdir=public'],
    ],
  },
  'bun build': {
    packages: ['bun'],
    command: (module) => [
      module('@oven/bun-linux-x64/bin/bun'),
      ...['build', 'src/main.js', '--splitting', '--minify', '--outdir', 'public'],
    ],
  },
}

async function build(context, { packages, command }, app) {
  await context.install(pinned(...packages))
  await writeApp(context, app)
  const [program, ...args] = command(context.module)
  await context.exec(program, args)
  await context.write('public/index.html', page('/main.js'))
}

function row(name, { isolated = false, short = false } = {}) {
  return {
    name: isolated ? `${name}, isolated` : name,
    short,
    async run(context) {
      const { files, options } = configuration[name]
      await build(context, tools[name], { options })
      for (const [from, to] of Object.entries(files))
        await context.copy(context.module(`parevm/${from}`), `public/${to}`)
      return visit(context, await context.serve('public', { isolated }))
    },
  }
}

/** Without files and options: from a server that has no such files, and from one that answers every path with the page. */
function unconfigured(name) {
  return {
    name: `${name}, without options`,
    short: false,
    async run(context) {
      await build(context, tools[name])
      // Wasm and worker are missing; which of them fails first is open.
      const hint = /createEvm\({ (wasm|worker) }\)/
      await expectError(context, await context.serve('public', { fallback: 'index.html' }), {
        code: /^(MODULE|WORKER)_WRONG_TYPE$/,
        hint,
      })
      const code = /^(MODULE|WORKER)_NOT_FOUND$/
      return expectError(context, await context.serve('public'), { code, hint })
    },
  }
}

const names = Object.keys(tools)

export default [
  ...names.map((name) => row(name, { short: tools[name].packages.length === 0 })),
  row('esbuild', { isolated: true }),
  ...names.map(unconfigured),
]
