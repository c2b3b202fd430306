import type { Receipt } from '../type/wire.js'
import type { Executor } from './message.js'

/** The module that wasm-bindgen writes beside each build: `crate/wasm` as JavaScript sees it. */
export type Bindings = {
  initSync(options: {
    module: WebAssembly.Module
    memory?: WebAssembly.Memory | undefined
  }): unknown
  /** Makes `host` the one that this thread's wasm speaks to. */
  attach(host: BindingsHost): void
  version(): string
  /** Where the byte lies that ends the running request of a reader, or of the engine where none is named. */
  cancelAddress(reader?: number): number
  /** Bytes of the allocation that was refused last; 0 where none was. */
  refusedBytes(): number
  /** Clears what `cancel` has set, when a request arrives. Only in the single build. */
  rearm?(): void
  /** Ends the running request. Only in the single build. */
  cancel?(): void
  /** Only in the threads build; does not return. */
  runPoolWorker?(): void
  /** Methods that a reader can answer. Only in the threads build. */
  readMethods?(): string[]
  Engine: new (threads: number) => EngineBinding & Partial<TestingBinding>
  /** Only in the threads build. */
  Reader?: new (
    position: number,
    count: number,
  ) => ReaderBinding
}

/** What wasm calls. */
export type BindingsHost = {
  panicked(message: string): void
  settled(request: number, settled: number, total: number): void
  /** Final receipts, from position `first` on. */
  receipts(request: number, first: number, receipts: readonly Receipt[]): void
  /** Resolves after the events that are pending have been served. Only the single build asks. */
  pause(): Promise<void>
  /** Pieces of a block, positions of transactions, to be handed out. Only the single build has some. */
  handOut(request: number, pieces: readonly (readonly number[])[]): void
  /** Resolves with a piece; with `null` when there is no more. */
  nextPiece(request: number): Promise<readonly number[] | null>
  /** Resolves with the chunks of other workers. No more pieces are handed out. */
  chunks(request: number): Promise<readonly Uint8Array[]>
}

/** How a block is to be executed. */
export type ExecuteOptions = {
  executor: Executor
  /** Whether the outcome holds the block's access list. */
  returnsList: boolean
  /** Whether receipts go to the host as they become final. */
  receipts: boolean
  /** Whether a timeline is recorded. */
  timeline: boolean
}

/** A worker that answers reads beside the engine. */
export type ReaderBinding = {
  /** Returns a `NodeAnswer`. */
  request(method: string, params: string, nowMs: number): unknown
}

/** The engine as wasm offers it. What it throws is a `WireError`, unless it is lost. */
export type EngineBinding = {
  /** Resolves with a `BlockOutcome`. */
  executeBlock(request: number, fixture: Uint8Array, options: ExecuteOptions): Promise<unknown>
  /** Resolves with a chunk of a block that another worker leads. Only in the single build. */
  help?(request: number, fixture: Uint8Array): Promise<Uint8Array | null>
  /** Shows each state of the node to so many readers. Only in the threads build. */
  serveReaders?(readers: number): void
  openNode(options: string): void
  /** Returns the number of blocks. */
  importChain(rlp: Uint8Array, nowMs: number): number
  /** Returns a `NodeAnswer`. */
  request(method: string, params: string, nowMs: number, entropy: string): unknown
  /** Returns the node as bytes. */
  saveNode(): Uint8Array
  /** Opens the node of these bytes, which the caller gave, with the limits in `options`. */
  openSaved(options: string, bytes: Uint8Array): void
  /** Opens the node of these bytes again, with the limits in `options`. */
  restoreNode(options: string, bytes: Uint8Array): void
  /** Makes a change again, without limits, and tells nobody. */
  repeat(method: string, params: string, nowMs: number, entropy: string): void
}

/** What the engine has besides in the test build, which is not published. */
export type TestingBinding = {
  /** Returns a `Replay`. */
  replay(fixture: Uint8Array, executor: string, samples: number, sampleMs: number): unknown
  /** Returns a `Replay`. */
  replayMade(
    name: string,
    count: number,
    executor: string,
    samples: number,
    sampleMs: number,
  ): unknown
  /** Returns JSON. */
  made(name: string, count: number): string
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
