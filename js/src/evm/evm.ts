/// <reference lib="esnext.disposable" preserve="true" />
import type { call } from '../actions/call.js'
import type { callSync } from '../actions/callSync.js'
import type { calls } from '../actions/calls.js'
import type { createAccessList } from '../actions/createAccessList.js'
import type { estimateGas } from '../actions/estimateGas.js'
import type { executeBlock } from '../actions/executeBlock.js'
import type { simulate } from '../actions/simulate.js'
import type { simulateBlocks } from '../actions/simulateBlocks.js'
import type { simulateCalls } from '../actions/simulateCalls.js'
import type { traceCall } from '../actions/traceCall.js'
import type * as loader from '../loader/choose.js'
import type { Provider } from '../provider/provider.js'

/** Methods that execute calls on the state of a node, and change nothing. */
export type Simulations = {
  /** Executes a call. {@link call} */
  call(parameters: call.Parameters): Promise<call.ReturnType>
  /** Executes independent calls in one message. {@link calls} */
  calls(parameters: calls.Parameters): Promise<calls.ReturnType>
  /** What answers in the same task; only with `worker: false`, or where the host has no workers. */
  readonly sync?: Evm.Sync | undefined
  /** Estimates the gas limit of a transaction. {@link estimateGas} */
  estimateGas(parameters: estimateGas.Parameters): Promise<estimateGas.ReturnType>
  /** Creates the access list of a transaction. {@link createAccessList} */
  createAccessList(parameters: createAccessList.Parameters): Promise<createAccessList.ReturnType>
  /** Traces a call. {@link traceCall} */
  traceCall<const tracer extends traceCall.Tracer | undefined = undefined>(
    parameters: traceCall.Parameters<tracer>,
  ): Promise<traceCall.ReturnType<tracer>>
  /** Simulates calls: a report on all their effects, to show before a signature. {@link simulate} */
  simulate<const calls extends readonly unknown[]>(
    parameters: simulate.Parameters<calls>,
  ): Promise<simulate.ReturnType<calls>>
  /** Simulates calls of one account: viem's results and asset changes. {@link simulateCalls} */
  simulateCalls<const calls extends readonly unknown[]>(
    parameters: simulateCalls.Parameters<calls>,
  ): Promise<simulateCalls.ReturnType<calls>>
  /** Simulates calls in several blocks: viem's `eth_simulateV1`. {@link simulateBlocks} */
  simulateBlocks<const calls extends readonly unknown[]>(
    parameters: simulateBlocks.Parameters<calls>,
  ): Promise<simulateBlocks.ReturnType<calls>>
}

/** Running engine. Its methods are plain functions without `this`. */
export type Evm = Simulations & {
  /** Build and threads of the engine, with the reason for them. */
  readonly info: Evm.Info
  /** EIP-1193 provider of the node. */
  readonly provider: Provider
  /** Executes a block. {@link executeBlock} */
  executeBlock(parameters: executeBlock.Parameters): Promise<executeBlock.ReturnType>
  /**
   * Saves the node as bytes for `createEvm({ saved })` of the same version: blocks and states, pool, accounts with
   * their mnemonic, snapshots, filters, time and mining. Rejects with `EvmClosedError` once the engine is closed.
   */
  save(): Promise<Uint8Array>
  /**
   * Stops every worker and resolves when all have stopped. Pending calls reject with `EvmClosedError`. Further
   * calls of `close` do nothing.
   */
  close(): Promise<void>
  /** Closes the engine, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

export declare namespace Evm {
  type Sync = {
    /** Executes a call in this task. {@link callSync} */
    call(parameters: callSync.Parameters): callSync.ReturnType
  }
  type Build = loader.Build
  type Info = {
    /** WebAssembly build: `threads` has shared memory and a pool of workers, `single` runs everywhere. */
    readonly build: Evm.Build
    /**
     * Number of executing threads; the thread of the engine is not counted where it only waits. In the single
     * build only `executor: 'bal'` uses more than one.
     */
    readonly threads: number
    /** Whether the engine runs in workers, and not in the caller's thread. */
    readonly worker: boolean
    /** Reason for this build. */
    readonly reason: string
    /** Version of parevm. */
    readonly version: string
  }
}
