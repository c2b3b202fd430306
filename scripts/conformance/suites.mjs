// Paths of the fixtures of each suite: complete in the folder of outside data, samples in the repository.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { embedded, findOutside } from '../data.mjs'

/** Path below the folder of outside data, by suite. */
const paths = {
  state: 'eest/state_tests.tar.xz',
  blockchain: 'eest/blockchain_tests.tar.xz',
  benchmark: 'eest/benchmark_tests.tar.xz',
  bal: 'eest/bal_tests.tar.xz',
  zkevm: 'eest/zkevm_tests.tar.xz',
  precompiles: 'precompiles',
  tracers: 'tracers',
  rpc: 'execution-apis',
}

export const suiteNames = Object.keys(paths)

/** Returns the path of all fixtures of `suite`, or `null` where there is no outside data. */
export const findFixtures = (suite) => findOutside(paths[suite])

/**
 * Returns the path of the archive of `suite` in the repository, or `null` where there is none: a seeded
 * sample, of `rpc` everything.
 */
export function findEmbedded(suite) {
  const path = join(embedded, `${suite}.tar.xz`)
  return existsSync(path) ? path : null
}
