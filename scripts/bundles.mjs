// Builds what must be one file: the scripts of workers, and the entries for `require`.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { rolldown } from 'rolldown'
import { root } from './process.mjs'
import { listFiles } from './stamp.mjs'

/**
 * Bundles the JavaScript in `js`, as `dist/js` is one, with the bindings in the folder `wasm` beside it. Each file is
 * beside the module that it is made of: relative paths stay right.
 */
export async function bundle(js) {
  const source = join(root, js, 'src')
  for (const folder of ['', 'simulate/']) {
    // One request, and one file to copy for those who serve it from elsewhere. It is a module and a script at once: Node.js
    // takes a copy for CommonJS that a bundler has put where no package.json says otherwise.
    await write(source, `${folder}worker.js`, `${folder}worker.bundle.js`, {
      format: 'iife',
      minify: true,
    })
    // A service worker imports nothing later, so nothing may be left to import.
    await write(source, `${folder}inThread.js`, `${folder}inThread.bundle.js`, { format: 'es' })
  }
  // For `require`: Node.js below 20.19, jest, and TypeScript that compiles to CommonJS.
  for (const entry of ['index', 'simulate/index', 'provider/index'])
    await write(source, `${entry}.js`, `${entry}.cjs`, { format: 'cjs' }, { external: isApart })
  copyDeclarations(join(js, 'src'), join(root, js, '../cjs'))
}

/** Bindings of a build that was not made, as by `npm start`: it has none. */
const absent = {
  name: 'absent',
  resolveId(id, importer) {
    if (!/\/wasm\//.test(id)) return null
    const path = join(dirname(importer), id)
    return existsSync(path) ? null : `\0${path}`
  },
  load: (id) => (id.startsWith('\0') ? 'export const createBindings = undefined' : null),
}

/** Other packages, and the bindings, which are loaded when the engine runs in the caller's thread. */
function isApart(id) {
  return /^[^./]/.test(id) || /\/wasm\//.test(id)
}

async function write(source, from, to, output, options = { plugins: [absent] }) {
  const build = await rolldown({ input: join(source, from), platform: 'node', ...options })
  const { output: chunks } = await build.generate({ ...output, codeSplitting: false })
  await build.close()
  writeFileSync(join(source, to), chunks[0].code)
}

/** Declarations beside a `package.json` of CommonJS declare CommonJS. That of abitype is a module in any case. */
function copyDeclarations(source, folder) {
  rmSync(folder, { recursive: true, force: true })
  for (const path of listFiles(root, [source]).filter((file) => file.endsWith('.d.ts'))) {
    const copy = join(folder, path.slice(source.length + 1))
    mkdirSync(dirname(copy), { recursive: true })
    const text = readFileSync(join(root, path), 'utf8')
    const mode = "from 'abitype' with { 'resolution-mode': 'import' };"
    writeFileSync(copy, text.replace("from 'abitype';", mode))
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }\n')
}
