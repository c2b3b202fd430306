/// <reference lib="esnext.disposable" preserve="true" />
import type { call } from '../actions/call.js'
import type { createAccessList } from '../actions/createAccessList.js'
import type { estimateGas } from '../actions/estimateGas.js'
import type { executeBlock } from '../actions/executeBlock.js'
import type { simulate } from '../actions/simulate.js'
import type { simulateBlocks } from '../actions/simulateBlocks.js'
import type { simulateCalls } from '../actions/simulateCalls.js'
import type { traceCall } from '../actions/traceCall.js'
import type { Build } from '../loader/choose.js'
import type { Provider } from '../provider/provider.js'

/** A running engine. Plain functions: they can be taken off and passed on. */
export type Evm = {
  /** What runs, and why. */
  readonly info: Evm.Info
  /** The chain in memory, for everything that speaks EIP-1193. */
  readonly provider: Provider
  /** Runs a call. {@link call} */
  call(parameters: call.Parameters): Promise<call.ReturnType>
  /** Tells the gas that a transaction needs. {@link estimateGas} */
  estimateGas(parameters: estimateGas.Parameters): Promise<estimateGas.ReturnType>
  /** Tells what a transaction touches. {@link createAccessList} */
  createAccessList(parameters: createAccessList.Parameters): Promise<createAccessList.ReturnType>
  /** Runs a call and tells of it. {@link traceCall} */
  traceCall<const tracer extends traceCall.Tracer | undefined = undefined>(
    parameters: traceCall.Parameters<tracer>,
  ): Promise<traceCall.ReturnType<tracer>>
  /** Tells what calls would do, before anyone signs. {@link simulate} */
  simulate<const calls extends readonly unknown[]>(
    parameters: simulate.Parameters<calls>,
  ): Promise<simulate.ReturnType<calls>>
  /** Runs calls of one account and tells what it gains and loses. {@link simulateCalls} */
  simulateCalls<const calls extends readonly unknown[]>(
    parameters: simulateCalls.Parameters<calls>,
  ): Promise<simulateCalls.ReturnType<calls>>
  /** Runs calls in blocks. {@link simulateBlocks} */
  simulateBlocks<const calls extends readonly unknown[]>(
    parameters: simulateBlocks.Parameters<calls>,
  ): Promise<simulateBlocks.ReturnType<calls>>
  /** Executes a block. {@link executeBlock} */
  executeBlock(parameters: executeBlock.Parameters): Promise<executeBlock.ReturnType>
  /**
   * Returns the chain as bytes for `createEvm({ saved })`: blocks and states, pool, accounts, snapshots, filters,
   * time and mining, so that a page can keep its chain. Only the same version of parevm reads them. The mnemonic is
   * in them. Rejects with `EvmClosedError` once the engine is closed.
   */
  save(): Promise<Uint8Array>
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
