// Native command, `parevm-cli`, in one of two profiles.

import { join } from 'node:path'
import { mustRun, root } from './process.mjs'

/** Arguments of cargo. `checked` is what the tests compile: with their features, so that nothing is compiled twice. */
const builds = {
  checked: ['--workspace', '--test', 'conformance', '--profile', 'checked'],
  release: ['--release', '-p', 'parevm-cli'],
}

/**
 * Builds the command and resolves with its path.
 *
 * @param profile - `checked` has assertions and shares its crates with the tests, `release` is for measurements
 */
export async function buildCli(profile, env = {}) {
  await mustRun('cargo', ['build', '--locked', ...builds[profile]], {
    env,
    failure: `the native command did not compile (${profile})`,
  })
  return join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), profile, 'parevm-cli')
}
