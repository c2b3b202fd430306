// One swap, as recorded: DAI for ether through a settlement contract, transaction 16 of block 19933122.

import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { fixture } from './script.mjs'

const TRANSACTION = 16

/** Gas that the transaction used on mainnet. */
export const swapGas = 194_401

/** Returns a genesis with the accounts of the block, and the swap as a call. */
export function recordedSwap() {
  const { block, preState } = JSON.parse(gunzipSync(readFileSync(fixture)))
  const { from, to, input, gas } = block.transactions[TRANSACTION]
  return {
    genesis: {
      config: config(),
      alloc: Object.fromEntries(
        Object.entries(preState).map(([at, state]) => [at, account(state)]),
      ),
      gasLimit: block.gasLimit,
      timestamp: block.timestamp,
      difficulty: '0x0',
      baseFeePerGas: '0x7',
    },
    call: { from, to, data: input, gas: BigInt(gas) },
  }
}

function account({ balance, nonce, code, storage }) {
  return { balance, nonce: `0x${Number(nonce).toString(16)}`, code, storage }
}

/** Rules of Cancun. */
function config() {
  const forks = ['homestead', 'eip150', 'eip155', 'eip158', 'byzantium', 'constantinople']
  const heights = [...forks, 'petersburg', 'istanbul', 'berlin', 'london']
  return {
    chainId: 1,
    ...Object.fromEntries(heights.map((name) => [`${name}Block`, 0])),
    terminalTotalDifficulty: 0,
    terminalTotalDifficultyPassed: true,
    shanghaiTime: 0,
    cancunTime: 0,
  }
}
