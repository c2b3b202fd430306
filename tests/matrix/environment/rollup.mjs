// Rollup, esbuild and `bun build`: they leave the package's URLs as they are, so the page says where its files are.

import { expectError, page, pinned, visit, writeApp } from '../app.mjs'
import { configuration } from '../configuration.mjs'

/** Bundles two scripts into a folder: the page's and the worker's. */
const tools = {
  'Rollup 4': {
    packages: ['rollup', 'node-resolve'],
    build: (context, out) =>
      context.exec(process.execPath, [
        context.module('rollup/dist/bin/rollup'),
        ...['--plugin', '@rollup/plugin-node-resolve', '--format', 'es', '--dir', out],
        ...['--input', 'main=src/main.js', '--input', 'worker=parevm/worker'],
      ]),
  },
  esbuild: {
    packages: ['esbuild'],
    build: (context, out) =>
      context.exec(context.module('@esbuild/linux-x64/bin/esbuild'), [
        ...['src/main.js', 'worker=parevm/worker'],
        ...['--bundle', '--splitting', '--format=esm', '--minify', `--outdir=${out}`],
      ]),
  },
  'bun build': {
    packages: ['bun'],
    build: (context, out) =>
      context.exec(context.module('@oven/bun-linux-x64/bin/bun'), [
        ...['build', 'src/main.js', 'src/worker.js', '--splitting', '--minify', '--outdir', out],
      ]),
  },
}

async function build(context, tool, app) {
  await context.install(pinned(...tool.packages))
  await writeApp(context, app)
  await context.write('src/worker.js', `import 'parevm/worker'\n`)
  await tool.build(context, 'public')
  await context.write('public/index.html', page('/main.js'))
}

function row(name, { isolated = false } = {}) {
  return {
    name: isolated ? `${name}, isolated` : name,
    short: false,
    async run(context) {
      await build(context, tools[name], { options: configuration[name].options })
      await context.copy(context.module('parevm/dist/wasm'), 'public/wasm')
      return visit(context, await context.serve('public', { isolated }))
    },
  }
}

/** Without its options, and with a server that answers every path with the page. */
function unconfigured(name) {
  return {
    name: `${name}, without options`,
    short: false,
    async run(context) {
      await build(context, tools[name])
      for (const [fallback, code] of [
        [undefined, 'MODULE_NOT_FOUND'],
        ['index.html', 'MODULE_WRONG_TYPE'],
      ]) {
        const server = await context.serve('public', { fallback })
        const load = () => context.browse('chromium', server.url)
        await expectError(load, { code, words: /`wasm`/ })
      }
      return {
        build: null,
        wasmFetched: null,
        kB: null,
        note: 'ends in an error that names the option `wasm`',
      }
    },
  }
}

const names = Object.keys(tools)

export default [
  ...names.map((name) => row(name)),
  row('esbuild', { isolated: true }),
  ...names.map(unconfigured),
]
