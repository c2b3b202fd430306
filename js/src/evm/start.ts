import { call } from '../actions/call.js'
import { createAccessList } from '../actions/createAccessList.js'
import { estimateGas } from '../actions/estimateGas.js'
import { executeBlock } from '../actions/executeBlock.js'
import { simulate } from '../actions/simulate.js'
import { simulateBlocks } from '../actions/simulateBlocks.js'
import { simulateCalls } from '../actions/simulateCalls.js'
import { traceCall } from '../actions/traceCall.js'
import { type Chain, createChain } from '../chain/chain.js'
import { createMiner } from '../chain/miner.js'
import { chainSetup } from '../chain/setup.js'
import { choose } from '../loader/choose.js'
import type { Host } from '../loader/host.js'
import { createSupervisor, type Supervisor } from '../pool/supervisor.js'
import { createProvider } from '../provider/provider.js'
import type { createEvm } from './create.js'
import type { Evm } from './evm.js'

/**
 * Starts an engine on `host`: {@link createEvm} after it has found out where it runs.
 *
 * @returns The engine, with what the package keeps to itself: the supervisor that owns its workers,
 * and its chain.
 */
export async function startEvm(
  host: Host,
  options: createEvm.Options,
  { faults = false, readers, onNotification, onChange }: startEvm.Hooks = {},
): Promise<startEvm.ReturnType> {
  const setup = chainSetup(options, Date.now())
  const choice = choose(host.features, options)
  const supervisor = createSupervisor({
    host,
    choice,
    faults,
    readers,
    chain: setup,
    onAnswer({ method }, { changed, interval, notifications }) {
      if (!changed) return
      onChange?.()
      miner.pace(interval)
      for (const params of notifications) {
        handle.notify(params)
        onNotification?.(params)
      }
      handle.changed(method)
    },
  })
  const chain = createChain(supervisor)
  const handle = createProvider(chain, options.wallet)
  const miner = createMiner(chain)
  const { version } = await supervisor.start()
  if (typeof options.mining === 'object') miner.pace(options.mining.interval)
  // How the saved chain makes blocks, only its node knows.
  if (options.saved !== undefined) {
    const { interval } = await chain.requestText('eth_chainId', '[]')
    miner.pace(interval)
  }
  const close = async () => {
    miner.pace(null)
    handle.disconnect()
    await supervisor.close()
  }
  const evm: Evm = {
    info: { ...choice, version },
    provider: handle.provider,
    call: (parameters) => call(chain, parameters),
    estimateGas: (parameters) => estimateGas(chain, parameters),
    createAccessList: (parameters) => createAccessList(chain, parameters),
    traceCall: (parameters) => traceCall(chain, parameters),
    simulate: (parameters) => simulate(chain, parameters),
    simulateCalls: (parameters) => simulateCalls(chain, parameters),
    simulateBlocks: (parameters) => simulateBlocks(chain, parameters),
    executeBlock: (parameters) => executeBlock(supervisor, parameters),
    save: () => supervisor.request({ kind: 'saveNode' }),
    close,
    [asyncDispose]: close,
  }
  return { evm, supervisor, chain }
}

export declare namespace startEvm {
  type Hooks = {
    /** Whether the engine can be told to break. Only tests say so. */
    faults?: boolean
    /** Workers of the threads build that answer reads beside the engine. @default 0 */
    readers?: number | undefined
    /** Called with the `params` of each `eth_subscription`, in JSON. Must not throw. */
    onNotification?: ((params: string) => void) | undefined
    /** Called when a request has changed the node. Must not throw. */
    onChange?: (() => void) | undefined
  }
  type ReturnType = { evm: Evm; supervisor: Supervisor; chain: Chain }
}

/** Browsers that do not have the symbol yet get the one that compilers put in its place. */
const asyncDispose: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? (Symbol.for('Symbol.asyncDispose') as typeof Symbol.asyncDispose)
