// Sets up, builds, and runs blocks: `npm start -- [FILE...] [--threads N] [--json]`.

import { join } from 'node:path'
import { build } from './build.mjs'
import { command, isProgram, root, run } from './process.mjs'
import { setup } from './setup.mjs'

/** The package's own command, as it is published. */
export const program = join(root, 'dist/js/bin/parevm.js')

/** Sets up, builds, and runs a subcommand of the package; resolves with its exit code. */
export async function runCommand(name, args) {
  await build(await setup())
  return run(process.execPath, [program, name, ...args], { cwd: process.cwd(), output: 'own' })
}

if (isProgram(import.meta.url)) await command((args) => runCommand('run', args))
