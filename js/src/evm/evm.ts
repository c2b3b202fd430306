/// <reference lib="esnext.disposable" preserve="true" />
import type { executeBlock } from '../actions/executeBlock.js'
import type { Build } from '../loader/choose.js'

/** A running engine. Plain functions: they can be taken off and passed on. */
export type Evm = {
  /** What runs, and why. */
  readonly info: Evm.Info
  /** Executes a block. {@link executeBlock} */
  executeBlock(parameters: executeBlock.Parameters): Promise<executeBlock.ReturnType>
  /**
   * Stops every worker; pending calls reject with `EvmClosedError`. Resolves when all have stopped.
   * Closing twice is the same as closing once.
   */
  close(): Promise<void>
  /** The same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

export declare namespace Evm {
  type Info = {
    /** `threads` has shared memory and a pool of workers, `single` runs everywhere. */
    readonly build: Build
    /**
     * Threads that execute; the engine's own is not counted where it only waits. In the single
     * build only `executor: 'bal'` uses more than one.
     */
    readonly threads: number
    /** Why this build. */
    readonly reason: string
    /** Version of parevm. */
    readonly version: string
  }
}
