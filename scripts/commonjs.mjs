// Builds the entries for `require`: in Node.js below 20.19, in jest, and in TypeScript that compiles to CommonJS.

import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { rolldown } from 'rolldown'
import { root } from './process.mjs'
import { listFiles } from './stamp.mjs'

const source = join(root, 'dist/js/src')
const entries = ['index', 'simulate/index']

/**
 * Bundles each entry of `dist/js` into a file beside it, which finds wasm and worker script by the same relative paths.
 * Declarations are copied: those beside a `package.json` of CommonJS declare CommonJS.
 */
export async function buildCommonJs() {
  for (const entry of entries) {
    const bundle = await rolldown({
      input: join(source, `${entry}.js`),
      platform: 'node',
      // Other packages, and the bindings, which are loaded when the engine runs in the caller's thread.
      external: (id) => /^[^./]/.test(id) || /\/wasm\//.test(id),
    })
    await bundle.write({
      file: join(source, `${entry}.cjs`),
      format: 'cjs',
      codeSplitting: false,
    })
    await bundle.close()
  }
  const declarations = join(root, 'dist/cjs')
  rmSync(declarations, { recursive: true, force: true })
  for (const path of listFiles(root, ['dist/js/src']).filter((file) => file.endsWith('.d.ts'))) {
    const copy = join(declarations, path.slice('dist/js/src/'.length))
    mkdirSync(dirname(copy), { recursive: true })
    copyFileSync(join(root, path), copy)
  }
  writeFileSync(join(declarations, 'package.json'), '{ "type": "commonjs" }\n')
}
