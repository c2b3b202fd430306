import type { Receipt } from '../type/wire.js'
import type { Executor } from './message.js'

/**
 * Returns the bindings of an instance to be: one thread may hold several. `adopt` receives the exports of the instance,
 * and returns those that the bindings call.
 */
export type BindingsFactory = (
  adopt: (exports: WebAssembly.Exports) => WebAssembly.Exports,
) => Bindings

/**
 * Exports of `crate/wasm`, which fixes the names here. What only the entry `parevm` has is optional.
 */
export type Bindings = {
  initSync(options: {
    module: WebAssembly.Module
    memory?: WebAssembly.Memory | undefined
  }): unknown
  /** Sets the host that wasm on this thread calls. */
  attach(host: BindingsHost): void
  version(): string
  /** Returns the address of the byte that cancels the running request of a reader, or of the engine. */
  cancelAddress(reader?: number): number
  /** Returns the bytes of the last refused allocation; 0 where none was. */
  refusedBytes(): number
  /** Clears an earlier `cancel` when a request arrives. Only in the single build. */
  rearm?(): void
  /** Cancels the running request. Only in the single build. */
  cancel?(): void
  /** Runs a pool worker and does not return. Only in the threads build. */
  runPoolWorker?(): void
  /** Returns the methods that a reader can answer. Only in the threads build. */
  readMethods?(): string[]
  Engine: new (threads: number) => AnyEngine
  /** Only in the threads build. */
  Reader?: new (
    position: number,
    count: number,
  ) => ReaderBinding
}

/** Functions that wasm calls. */
export type BindingsHost = {
  panicked(message: string): void
  /** Receives the number of committed transactions. */
  committed(request: number, committed: number, total: number): void
  /** Receives committed receipts, from transaction `first` on. */
  receipts(request: number, first: number, receipts: readonly Receipt[]): void
  /** Resolves once pending events are handled. Only in the single build. */
  pause(): Promise<void>
  /** Queues the batches of a block, indices of transactions. Only in the single build. */
  queueBatches(request: number, batches: readonly (readonly number[])[]): void
  /** Resolves with a batch, or with `null` where none is left. */
  nextBatch(request: number): Promise<readonly number[] | null>
  /** Empties the work queue and resolves with the partial results of the helpers. */
  collect(request: number): Promise<readonly Uint8Array[]>
}

/** Options of the execution of a block. */
export type ExecuteOptions = {
  executor: Executor
  /** Whether the outcome contains the block's access list. */
  returnsList: boolean
  /** Whether the host receives receipts as they are committed. */
  receipts: boolean
  /** Whether a timeline is recorded. */
  timeline: boolean
}

/** `eth_call` at the latest block without overrides, as the node takes it without JSON. */
export type BareCall = {
  readonly from: string | undefined
  readonly to: string
  readonly data: string | undefined
  /** Quantity in hex. */
  readonly value: string | undefined
  readonly gas: bigint | undefined
}

/** Function that executes a {@link BareCall} and returns its data in hex; `undefined` if it does not succeed. */
type CallFunction = (
  from: string | undefined,
  to: string,
  data: string,
  value: string | undefined,
  gas: bigint | undefined,
  nowMs: number,
) => string | undefined

/** Reader of the node beside the engine. */
export type ReaderBinding = {
  call?: CallFunction
  /** Returns a `NodeAnswer`. */
  request(method: string, params: string, nowMs: number): unknown
}

/** Engine in wasm. It throws a `WireError`, unless it is lost. */
export type EngineBinding = {
  call?: CallFunction
  /** Resolves with the partial result of a helper. Only in the single build. */
  join?(request: number, fixture: Uint8Array): Promise<Uint8Array | null>
  /** Publishes each state of the node to `readers` readers. Only in the threads build. */
  serveReaders?(readers: number): void
  openNode(options: string): void
  /** Returns a `NodeAnswer`. */
  request(method: string, params: string, nowMs: number, entropy: string): unknown
}

/** Functions that the engine of the entry `parevm` has, and that of `parevm/simulate` has not. */
export type FullBinding = {
  /** Resolves with a `BlockOutcome`. */
  executeBlock(request: number, fixture: Uint8Array, options: ExecuteOptions): Promise<unknown>
  /** Imports blocks and returns their number. */
  importChain(rlp: Uint8Array, nowMs: number): number
  /** Returns the node as bytes. */
  saveNode(): Uint8Array
  /** Opens a node that the caller has saved, with the limits in `options`. */
  openSaved(options: string, bytes: Uint8Array): void
  /** Opens a node that the supervisor has saved, with the limits in `options`. */
  restoreNode(options: string, bytes: Uint8Array): void
  /** Repeats a change, without limits and notifications. */
  repeat(method: string, params: string, nowMs: number, entropy: string): void
}

/** Engine of any entry and build. */
export type AnyEngine = EngineBinding & Partial<FullBinding> & Partial<TestingBinding>

/** Functions that only the engine of the test build has, which is not published. */
export type TestingBinding = {
  /** Returns a `Replay`. */
  replay(fixture: Uint8Array, executor: string, samples: number, sampleMs: number): unknown
  /** Returns a `Replay`. */
  replaySynthetic(
    name: string,
    count: number,
    executor: string,
    samples: number,
    sampleMs: number,
  ): unknown
  /** Returns JSON. */
  synthetic(name: string, count: number): string
  /** Returns JSON, an array of `Verdict`. */
  conformance(
    suite: string,
    file: string,
    text: Uint8Array,
    executors: readonly Executor[],
    only: string | undefined,
  ): string
  panicInEngine(): void
  panicInPool(): void
  hang(): void
}
