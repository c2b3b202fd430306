// Scripts for runtimes that read the package from the file system: they run the shared program and print its row.

import { join } from 'node:path'
import { root } from '../../scripts/process.mjs'

export const fixture = join(root, 'fixtures/19933122.json.gz')

/**
 * Returns a script that checks the package and prints a row as JSON.
 *
 * @param {object} parameters
 * @param {'import' | 'require'} parameters.load - How the package is loaded.
 * @param {string} [parameters.entry] - `parevm`, or `parevm/simulate`, which executes no block.
 * @param {string} [parameters.build] - Expected build.
 * @param {object} [parameters.options] - Options of `createEvm`.
 */
export function script({ load, entry = 'parevm', build, options = {} }) {
  const imports =
    load === 'import'
      ? `import { createEvm } from '${entry}'
         import { readFile } from 'node:fs/promises'`
      : `const { createEvm } = require('${entry}')
         const { readFile } = require('node:fs/promises')`
  return `${imports}
    ${countModules}
    import('./check.js')
      .then(async ({ check }) =>
        check(createEvm, {
          fixture: ${entry === 'parevm' ? "new Uint8Array(await readFile('block.json.gz'))" : 'undefined'},
          build: ${JSON.stringify(build)},
          options: ${JSON.stringify(options)},
        }),
      )
      .then((row) => console.log(JSON.stringify({ ...row, wasmFetched: compiled, kB: null })))`
}

/** Nothing is fetched from a file system: the modules that are compiled count instead. */
export const countModules = `
    let compiled = 0
    for (const name of ['compile', 'compileStreaming']) {
      const original = WebAssembly[name]
      if (original === undefined) continue
      WebAssembly[name] = (source) => {
        compiled += 1
        return original(source)
      }
    }`

/** Prepares a folder with the package, the shared program and a block. */
export async function prepare(context, packages = []) {
  await context.install(packages)
  await context.copy(join(context.program, 'check.js'), 'check.js')
  await context.copy(fixture, 'block.json.gz')
}

/** Returns the row that a script has printed; throws unless one module was loaded. */
export function rowOf(output) {
  const row = JSON.parse(output.trim().split('\n').at(-1))
  if (row.wasmFetched !== 1) throw new Error(`expected one wasm module, found ${row.wasmFetched}`)
  return row
}
