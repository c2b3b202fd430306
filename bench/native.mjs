// The native command, built when it is out of date.

import { join } from 'node:path'
import { mustRun, root } from '../scripts/process.mjs'

/** Builds `parevm-cli` and resolves with its path. */
export async function buildNative() {
  await mustRun('cargo', ['build', '--release', '--locked', '-p', 'parevm-cli'], {
    failure: 'the native command did not compile',
  })
  return join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'release/parevm-cli')
}
