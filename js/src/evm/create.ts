import type { InvalidChainError } from '../error/engineError.js'
import type { InvalidParameterError } from '../error/InvalidParameterError.js'
import type { ModuleUnavailableError } from '../error/ModuleUnavailableError.js'
import type { Build, UnsupportedRuntimeError } from '../loader/choose.js'
import { detectHost } from '../loader/detect.js'
import type { NodeOptions } from '../node/options.js'
import type { EngineFailedError, WorkerDiedError } from '../pool/engine.js'
import type { createWallet } from '../wallet/wallet.js'
import type { Evm } from './evm.js'
import { startEvm } from './start.js'

/**
 * Starts an engine and resolves when it is ready.
 *
 * Uses threads where the host allows it and a single worker everywhere else; `evm.info` says which
 * and why. An engine that does nothing does not keep a Node.js process alive.
 *
 * @example
 * const evm = await createEvm({ chain: { id: 1 } })
 * const { data } = await evm.call({ to, data: '0x18160ddd' })
 * await evm.close()
 *
 * @param options - {@link createEvm.Options}
 * @throws {@link InvalidParameterError} An option has a value that it cannot have.
 * @throws {@link InvalidChainError} The genesis or the blocks to import are wrong, or `saved` is damaged or of
 * another version.
 * @throws {@link UnsupportedRuntimeError} Nothing fits this host, or what was asked for does not.
 * @throws {@link ModuleUnavailableError} The wasm file is not where it should be.
 * @throws {@link EngineFailedError} or {@link WorkerDiedError}: the workers did not start.
 */
export async function createEvm(options: createEvm.Options = {}): Promise<Evm> {
  const { evm } = await startEvm(detectHost(), options)
  return evm
}

export declare namespace createEvm {
  type Options = NodeOptions & {
    /**
     * Threads that execute, at most 256; 1 means the single build. Where memory cannot be shared
     * they are workers that each hold the whole state, and only `executor: 'bal'` uses more than
     * one; `'auto'` means one there. @default `'auto'`
     */
    threads?: number | 'auto' | undefined
    /** Insists on one build. Left out, the host decides. */
    build?: Build | undefined
    /** The wallet that `evm.provider` is for a dapp. */
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
