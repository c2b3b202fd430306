import { executeBlock } from '../actions/executeBlock.js'
import { choose } from '../loader/choose.js'
import type { Host } from '../loader/host.js'
import { createSupervisor, type Supervisor } from '../pool/supervisor.js'
import type { createEvm } from './create.js'
import type { Evm } from './evm.js'

/**
 * Starts an engine on `host`: {@link createEvm} after it has found out where it runs.
 *
 * @returns The engine, and the supervisor that owns its workers, which the package keeps to itself.
 */
export async function startEvm(
  host: Host,
  options: createEvm.Options,
  { faults = false }: startEvm.Hooks = {},
): Promise<startEvm.ReturnType> {
  const choice = choose(host.features, options)
  const supervisor = createSupervisor({ host, choice, faults })
  const { version } = await supervisor.start()
  const evm: Evm = {
    info: { ...choice, version },
    executeBlock: (parameters) => executeBlock(supervisor, parameters),
    close: supervisor.close,
    [asyncDispose]: supervisor.close,
  }
  return { evm, supervisor }
}

export declare namespace startEvm {
  type Hooks = {
    /** Whether the engine can be told to break. Only tests say so. */
    faults?: boolean
  }
  type ReturnType = { evm: Evm; supervisor: Supervisor }
}

/** Browsers that do not have the symbol yet get the one that compilers put in its place. */
const asyncDispose: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? (Symbol.for('Symbol.asyncDispose') as typeof Symbol.asyncDispose)
