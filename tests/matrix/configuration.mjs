// What an environment needs beside `import { createEvm } from 'parevm'`: the README prints it. Environments that are not here
// need nothing.

/** Copies of the package's wasm in the page's folder, and a worker that is an entry of the bundle. */
const files = `{
  wasm: { threads: '/wasm/threads/parevm_bg.wasm', single: '/wasm/single/parevm_bg.wasm' },
  worker: '/worker.js',
}`

export const configuration = {
  'Rollup 4': {
    options: files,
    step: 'a second input `worker=parevm/worker`; copy `node_modules/parevm/dist/wasm` beside the page',
  },
  esbuild: {
    options: files,
    step: 'a second entry point `worker=parevm/worker`; copy `node_modules/parevm/dist/wasm` beside the page',
  },
  'bun build': {
    options: files,
    step: "a second entry point that has `import 'parevm/worker'`; copy `node_modules/parevm/dist/wasm` beside the page",
  },
  'esbuild, one file for Node.js': {
    setup: "import wasm from 'parevm/wasm/single/parevm_bg.wasm'",
    options: '{ worker: false, wasm }',
    step: '`--loader:.wasm=binary`',
  },
}
