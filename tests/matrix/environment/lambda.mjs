// A bundle of one file for Node.js, as for AWS Lambda: wasm as bytes in the bundle, or as a file beside it.

import { pinned } from '../app.mjs'
import { configuration } from '../configuration.mjs'

const name = 'esbuild, one file for Node.js'

const handler = (setup, options) => `import { createEvm } from 'parevm'
import { check } from './check.js'
import { readFile } from 'node:fs/promises'
${setup}

export const handler = async () => {
  const fixture = await readFile('block.json.gz')
  return check(createEvm, { fixture, build: 'single', options: ${options} })
}
`

async function bundle(context, source) {
  await context.install(pinned('esbuild'))
  await context.copy(context.program, 'src')
  await context.write('src/handler.js', source)
  await context.copy(context.block, 'out/block.json.gz')
  await context.exec(context.module('@esbuild/linux-x64/bin/esbuild'), [
    ...['src/handler.js', '--bundle', '--platform=node', '--format=cjs', '--log-level=error'],
    ...[...configuration[name].line.split(' '), '--outfile=out/index.js'],
  ])
  await context.write(
    'out/start.cjs',
    `require('./index.js').handler().then(
      (row) => console.log(JSON.stringify(row)),
      ({ name, code, message, hint }) => console.log(JSON.stringify({ name, code, message, hint })),
    )`,
  )
  // The folder is deployed without node_modules.
  await context.exec('rm', ['-r', 'node_modules'])
  const text = await context.exec(process.execPath, ['start.cjs'], { cwd: `${context.folder}/out` })
  return JSON.parse(text.trim().split('\n').at(-1))
}

export default [
  {
    name,
    short: false,
    async run(context) {
      const { setup, options } = configuration[name]
      const row = await bundle(context, handler(setup, options))
      if (row.code !== undefined) throw new Error(`${row.code}: ${row.message} ${row.hint}`)
      return { ...row, wasmFetched: null, kB: null }
    },
  },
  {
    name: `${name}, without options`,
    short: false,
    async run(context) {
      const { code, hint } = await bundle(context, handler('', '{ threads: 1 }'))
      // Wasm and worker are missing; which of them fails first is open.
      if (!/^(MODULE|WORKER)_NOT_FOUND$/.test(code) || !/createEvm\({ (wasm|worker) }\)/.test(hint))
        throw new Error(`expected an error that names the missing option, found ${code}: ${hint}`)
      return { note: `ends in ${code}, which says what is missing` }
    },
  },
]
