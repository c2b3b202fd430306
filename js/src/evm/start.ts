import { call } from '../actions/call.js'
import { callSync } from '../actions/callSync.js'
import { calls } from '../actions/calls.js'
import { createAccessList } from '../actions/createAccessList.js'
import { estimateGas } from '../actions/estimateGas.js'
import { executeBlock } from '../actions/executeBlock.js'
import { simulate } from '../actions/simulate.js'
import { simulateBlocks } from '../actions/simulateBlocks.js'
import { simulateCalls } from '../actions/simulateCalls.js'
import { traceCall } from '../actions/traceCall.js'
import { choose } from '../loader/choose.js'
import type { Host } from '../loader/host.js'
import { createNodeClient, type NodeClient } from '../node/client.js'
import { createIntervalMiner } from '../node/intervalMiner.js'
import { nodeSetup } from '../node/options.js'
import { createSupervisor, type Supervisor } from '../pool/supervisor.js'
import { createProvider } from '../provider/provider.js'
import type { createEvm } from './create.js'
import type { Evm } from './evm.js'

/**
 * Starts an engine on `host`: {@link createEvm} with a given host, and with hooks.
 *
 * @returns The engine with its internals: the supervisor of its workers, and the client of its node.
 */
export async function startEvm(
  host: Host,
  options: createEvm.Options,
  { faults = false, readers, onNotification, onChange }: startEvm.Hooks = {},
): Promise<startEvm.ReturnType> {
  const setup = nodeSetup(options, Date.now())
  const choice = choose(host.features, { ...options, builds: await host.builds?.() })
  const supervisor = createSupervisor({
    host,
    choice,
    faults,
    readers,
    chain: setup,
    onAnswer({ method }, { changed, interval, notifications }) {
      if (!changed) return
      onChange?.()
      miner.setInterval(interval)
      for (const params of notifications) {
        handle.notify(params)
        onNotification?.(params)
      }
      handle.changed(method)
    },
  })
  const node = createNodeClient(supervisor)
  const handle = createProvider(node, options.wallet)
  const miner = createIntervalMiner(node)
  const { version } = await supervisor.start()
  if (typeof options.mining === 'object') miner.setInterval(options.mining.intervalSeconds)
  // Only the node knows the mining mode of the saved chain.
  if (options.saved !== undefined) {
    const { interval } = await node.requestText('eth_chainId', '[]')
    miner.setInterval(interval)
  }
  const close = async () => {
    miner.setInterval(null)
    handle.disconnect()
    await supervisor.close()
  }
  const evm: Evm = {
    info: { ...choice, version },
    ...(choice.worker ? {} : { sync: { call: (parameters) => callSync(node, parameters) } }),
    provider: handle.provider,
    call: (parameters) => call(node, parameters),
    calls: (parameters) => calls(node, parameters),
    estimateGas: (parameters) => estimateGas(node, parameters),
    createAccessList: (parameters) => createAccessList(node, parameters),
    traceCall: (parameters) => traceCall(node, parameters),
    simulate: (parameters) => simulate(node, parameters),
    simulateCalls: (parameters) => simulateCalls(node, parameters),
    simulateBlocks: (parameters) => simulateBlocks(node, parameters),
    executeBlock: (parameters) => executeBlock(supervisor, parameters),
    save: () => supervisor.request({ kind: 'saveNode' }),
    close,
    [asyncDispose]: close,
  }
  return { evm, supervisor, node }
}

export declare namespace startEvm {
  type Hooks = {
    /** Whether the engine accepts `fault` requests, for tests. */
    faults?: boolean
    /** Number of reader workers of the threads build, which answer reads beside the engine. @default 0 */
    readers?: number | undefined
    /** Called with the `params` of each `eth_subscription`, in JSON. Must not throw. */
    onNotification?: ((params: string) => void) | undefined
    /** Called when a request has changed the node. Must not throw. */
    onChange?: (() => void) | undefined
  }
  type ReturnType = { evm: Evm; supervisor: Supervisor; node: NodeClient }
}

/** `Symbol.asyncDispose`, or in older browsers the symbol that compilers emit for it. */
const asyncDispose: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? (Symbol.for('Symbol.asyncDispose') as typeof Symbol.asyncDispose)
