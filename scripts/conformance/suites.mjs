// Where the fixtures of each suite lie in the folder `../shared`.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../process.mjs'

const shared = join(root, '../shared')

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

/** Returns the path of the fixtures of `suite`, or `null` where they are not. */
export function findFixtures(suite) {
  const path = join(shared, paths[suite])
  return existsSync(path) ? path : null
}
