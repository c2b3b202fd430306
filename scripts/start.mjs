// Sets up, builds, and runs blocks: `npm start -- [FILE...] [--threads N] [--json]`.
//
// Of the wasm builds only `threads` of the entry `parevm` is made: Node runs that one.

import { join } from 'node:path'
import { build } from './build.mjs'
import { command, root, run } from './process.mjs'
import { setup } from './setup.mjs'

/** The package's own command, as it is published. */
const program = join(root, 'dist/js/bin/parevm.js')

await command(async (args) => {
  await build(await setup(), { names: ['threads'], of: ['parevm'] })
  return run(process.execPath, [program, 'run', ...args], { cwd: process.cwd(), output: 'own' })
})
