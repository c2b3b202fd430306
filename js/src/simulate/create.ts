import type { InvalidChainError } from '../error/engineError.js'
import type { InvalidParameterError } from '../error/InvalidParameterError.js'
import type { ModuleUnavailableError } from '../error/ModuleUnavailableError.js'
import { asyncDispose } from '../evm/close.js'
import type { createEvm as createFullEvm } from '../evm/create.js'
import { openEngine } from '../evm/open.js'
import { simulations } from '../evm/simulations.js'
import type { UnsupportedRuntimeError } from '../loader/choose.js'
import { detectHost } from '../loader/detect.js'
import type { Host } from '../loader/host.js'
import { nodeSetup } from '../node/options.js'
import { check } from '../options/check.js'
import { OPTIONS } from '../options/options.js'
import type { EngineFailedError, WorkerDiedError } from '../pool/engine.js'
import { assets } from './assets.js'
import type { Evm } from './evm.js'

/**
 * Starts an engine that simulates, and resolves when it is ready. It has a smaller wasm than that of `parevm`: no
 * development node, no execution of blocks.
 *
 * @example
 * import { createEvm } from 'parevm/simulate'
 * const evm = await createEvm({ genesis })
 * const report = await evm.simulate({ account, calls: [{ to, data, value }] })
 *
 * @param options - {@link createEvm.Options}
 * @throws {@link InvalidParameterError} An option is invalid.
 * @throws {@link InvalidChainError} The genesis is invalid.
 * @throws {@link UnsupportedRuntimeError} No build fits this host, or the requested one does not.
 * @throws {@link ModuleUnavailableError} The wasm file could not be loaded.
 * @throws {@link EngineFailedError} or {@link WorkerDiedError} A worker did not start.
 */
export async function createEvm(
  options: createEvm.Options & { worker: false },
): Promise<Evm & { readonly sync: Evm.Sync }>
export async function createEvm(options?: createEvm.Options): Promise<Evm>
export async function createEvm(options: createEvm.Options = {}): Promise<Evm> {
  return startSimulator(await detectHost(assets, options ?? undefined), options)
}

export declare namespace createEvm {
  type Options = Pick<
    createFullEvm.Options,
    'chain' | 'genesis' | 'limits' | 'threads' | 'build' | 'wasm' | 'worker'
  >
  type ErrorType =
    | InvalidParameterError
    | InvalidChainError
    | UnsupportedRuntimeError
    | ModuleUnavailableError
    | EngineFailedError
    | WorkerDiedError
}

/** Starts an engine that simulates on `host`. */
export async function startSimulator(host: Host, options: createEvm.Options): Promise<Evm> {
  check(options, OPTIONS.createSimulator)
  const { threads, build, worker, chain, genesis, limits } = options
  const setup = nodeSetup({ chain, genesis, limits, accounts: { count: 0 } }, Date.now())
  const engine = await openEngine(host, setup, { threads, build, worker, faults: false })
  const { info, supervisor, node } = engine
  const close = () => supervisor.close()
  return { info, ...simulations(node, info), close, [asyncDispose]: close }
}
