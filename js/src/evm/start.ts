import type { Host } from '../loader/host.js'
import { loadModule } from '../loader/loadModule.js'
import type { NodeClient } from '../node/client.js'
import type { FilterQuota } from '../node/filterQuota.js'
import { createIntervalMiner } from '../node/intervalMiner.js'
import { nodeSetup } from '../node/options.js'
import type { Supervisor } from '../pool/supervisor.js'
import { createProvider } from '../provider/provider.js'
import type { NodeAnswer } from '../type/wire.js'
import { asyncDispose } from './close.js'
import type { createEvm } from './create.js'
import type { Evm } from './evm.js'
import { openEngine } from './open.js'
import { simulations } from './simulations.js'

/**
 * Starts an engine on `host`: {@link createEvm} with a given host, and with hooks.
 *
 * @returns The engine with its internals: the supervisor of its workers, and the client of its node.
 */
export async function startEvm(
  host: Host,
  options: createEvm.Options,
  { faults = false, readers, quota, onNotification, onChange }: startEvm.Hooks = {},
): Promise<startEvm.ReturnType> {
  const setup = nodeSetup(options, Date.now())
  const onAnswer = ({ method }: { method: string }, answer: NodeAnswer) => {
    if (!answer.changed) return
    onChange?.()
    miner.setInterval(answer.interval)
    for (const params of answer.notifications) {
      handle.notify(params)
      onNotification?.(params)
    }
    handle.changed(method)
  }
  const engine = { threads: options.threads, build: options.build, worker: options.worker }
  const hooks = { faults, readers, quota, onAnswer }
  const { info, supervisor, node } = await openEngine(host, setup, { ...engine, ...hooks })
  const handle = createProvider(node, options.wallet)
  const miner = createIntervalMiner(node)
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
    info,
    provider: handle.provider,
    ...simulations(node, info),
    // Loaded when it is used, as are parts of `simulations`.
    executeBlock: async (parameters) =>
      (await loadExecuteBlock()).executeBlock(supervisor, parameters),
    save: () => supervisor.request({ kind: 'saveNode' }),
    close,
    [asyncDispose]: close,
  }
  return { evm, supervisor, node }
}

const loadExecuteBlock = () =>
  loadModule('parevm/executeBlock', () => import('../actions/executeBlock.js'))

export declare namespace startEvm {
  type Hooks = {
    /** Whether the engine accepts `fault` requests, for tests. */
    faults?: boolean
    /** Number of reader workers of the threads build, which answer reads beside the engine. @default 0 */
    readers?: number | undefined
    /** Limit on the filters of each client. @default none */
    quota?: FilterQuota | undefined
    /** Called with the `params` of each `eth_subscription`, in JSON. Must not throw. */
    onNotification?: ((params: string) => void) | undefined
    /** Called when a request has changed the node. Must not throw. */
    onChange?: (() => void) | undefined
  }
  type ReturnType = { evm: Evm; supervisor: Supervisor; node: NodeClient }
}
