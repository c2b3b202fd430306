// One simulated call on a development chain, in parevm.

import { assets } from '../../dist/testing/js/src/assets.js'
import { startEvm } from '../../dist/testing/js/src/evm/start.js'
import { nodeHost } from '../../dist/testing/js/src/loader/node.js'

/** Returns the generator of calls with their accounts, and the timers of parevm. */
export async function open({ threads }) {
  const maker = await startEvm(nodeHost(assets), { threads: 1 })
  const made = async (name) =>
    JSON.parse(await maker.supervisor.request({ kind: 'synthetic', name, count: 1 }))
  return { version: maker.evm.info.version, made, start, close: maker.evm.close }

  /** Starts an engine whose genesis block has the accounts. */
  async function start({ alloc, call }) {
    const { evm, supervisor } = await startEvm(nodeHost(assets), {
      threads,
      genesis: genesis(alloc),
    })
    const { from, to, data, gas } = call
    const request = { account: from, to, data, gas: BigInt(gas) }
    const rpc = (method, params) => ({
      kind: 'timeRpc',
      method,
      params: JSON.stringify(params),
      nowMs: Date.now(),
      entropy: '00'.repeat(16),
    })
    const bundle = { calls: [{ from, to, data, gas }] }
    const requests = {
      eth_call: rpc('eth_call', [{ from, to, data, gas }, 'latest']),
      parevm_simulate: rpc('parevm_simulate', [bundle, 'latest']),
      eth_simulateV1: rpc('eth_simulateV1', [
        { blockStateCalls: [{ calls: [{ from, to, data, gas }] }], traceTransfers: true },
        'latest',
      ]),
    }
    return {
      /** Time of the engine, JSON in and out, without the worker. */
      engine: async (what, samples) => supervisor.request({ ...requests[what], samples }),
      /** Time of the caller. */
      callers: {
        eth_call: () => evm.call(request),
        parevm_simulate: () =>
          evm.provider.request({ method: 'parevm_simulate', params: [bundle, 'latest'] }),
        eth_simulateV1: async () => {
          const { results } = await evm.simulateCalls({
            account: from,
            calls: [{ to, data, gas: BigInt(gas) }],
            traceTransfers: true,
          })
          const [result] = results
          if (result.status !== 'success') throw new Error(`the call failed: ${result.error}`)
          return { data: result.data, logs: result.logs.length }
        },
      },
      close: evm.close,
    }
  }
}

/** Returns a genesis with the rules of Osaka. */
function genesis(alloc) {
  const forks = ['homestead', 'eip150', 'eip155', 'eip158', 'byzantium', 'constantinople']
  forks.push('petersburg', 'istanbul', 'berlin', 'london')
  const config = Object.fromEntries(forks.map((name) => [`${name}Block`, 0]))
  const times = Object.fromEntries(
    ['shanghai', 'cancun', 'prague', 'osaka'].map((name) => [`${name}Time`, 0]),
  )
  return {
    config: {
      chainId: 1,
      ...config,
      ...times,
      terminalTotalDifficulty: 0,
      terminalTotalDifficultyPassed: true,
    },
    gasLimit: '0x3938700',
    difficulty: '0x0',
    timestamp: '0x65000000',
    baseFeePerGas: '0x7',
    alloc,
  }
}
