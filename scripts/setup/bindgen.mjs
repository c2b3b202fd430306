// Compiles the bindings generator of scripts/bindgen.

import { join } from 'node:path'
import { mustRun, root } from '../process.mjs'
import { digest, isCurrent, record } from '../stamp.mjs'

const folder = 'scripts/bindgen'
const sources = ['Cargo.toml', 'Cargo.lock', 'main.rs'].map((name) => join(folder, name))

/** Path of the generator, which `prepareBindgen` compiles. */
const program = join(root, '.tools/bindgen/release/parevm-bindgen')

/** Resolves with the path of the bindings generator; compiles it where it is missing or out of date. */
export async function prepareBindgen(cargo) {
  const stamp = join(root, '.tools/stamp/bindgen')
  const value = digest(root, sources, { cargo: cargo.version })
  if (isCurrent(stamp, value, [program])) return program
  const manifest = ['--manifest-path', join(root, folder, 'Cargo.toml')]
  const target = ['--target-dir', join(root, '.tools/bindgen')]
  await mustRun('cargo', ['build', '--release', '--locked', '--quiet', ...manifest, ...target], {
    env: cargo.env,
    failure: 'the bindings generator (scripts/bindgen) did not compile',
  })
  record(stamp, value)
  return program
}
