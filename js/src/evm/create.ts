import { assets } from '../assets.js'
import type { InvalidChainError } from '../error/engineError.js'
import type { InvalidParameterError } from '../error/InvalidParameterError.js'
import type { ModuleUnavailableError } from '../error/ModuleUnavailableError.js'
import type { UnsupportedRuntimeError } from '../loader/choose.js'
import { detectHost } from '../loader/detect.js'
import type { FileOptions } from '../loader/host.js'
import type { NodeOptions } from '../node/options.js'
import type { EngineFailedError, WorkerDiedError } from '../pool/engine.js'
import type { createWallet } from '../wallet/wallet.js'
import type { Evm } from './evm.js'
import { startEvm } from './start.js'

/**
 * Starts an engine and resolves when it is ready.
 *
 * Uses threads where the host has shared memory, else a single worker, and the caller's thread where there are no
 * workers; `evm.info` has the choice and its reason. An idle engine does not keep a Node.js process alive.
 *
 * @example
 * const evm = await createEvm({ chain: { id: 1 } })
 * const { data } = await evm.call({ to, data: '0x18160ddd' })
 * await evm.close()
 *
 * @param options - {@link createEvm.Options}
 * @throws {@link InvalidParameterError} An option is invalid.
 * @throws {@link InvalidChainError} The genesis or an imported block is invalid, or `saved` is damaged or of
 * another version.
 * @throws {@link UnsupportedRuntimeError} No build fits this host, or the requested one does not.
 * @throws {@link ModuleUnavailableError} The wasm file could not be loaded.
 * @throws {@link EngineFailedError} or {@link WorkerDiedError} A worker did not start.
 */
export async function createEvm(
  options: createEvm.Options & { worker: false },
): Promise<Evm & { readonly sync: Evm.Sync }>
export async function createEvm(options?: createEvm.Options): Promise<Evm>
export async function createEvm(options: createEvm.Options = {}): Promise<Evm> {
  const { evm } = await startEvm(await detectHost(assets, options ?? undefined), options)
  return evm
}

export declare namespace createEvm {
  type Options = NodeOptions &
    FileOptions & {
      /**
       * Number of executing threads, at most 256; 1 selects the single build. Without shared memory they are
       * workers with a copy of the state each, and only `executor: 'bal'` uses more than one; `'auto'` is one
       * there. @default `'auto'`
       */
      threads?: number | 'auto' | undefined
      /** Required build. @default the best one that the host supports */
      build?: Evm.Build | undefined
      /** Wallet behind `evm.provider`. */
      wallet?: createWallet.Options | undefined
    }
  type ErrorType =
    | InvalidParameterError
    | InvalidChainError
    | UnsupportedRuntimeError
    | ModuleUnavailableError
    | EngineFailedError
    | WorkerDiedError
}
