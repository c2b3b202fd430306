import type { ModuleObstacle } from '../error/obstacle.js'
import type { Build } from '../loader/choose.js'
import type { BlockOutcome, NodeAnswer, Receipt, Replay } from '../type/wire.js'
import type { ExecuteOptions } from './bindings.js'
import type { Change } from './journal.js'

/** What the supervisor says to a worker. The first message is `start`. */
export type ToWorker =
  | {
      readonly type: 'start'
      readonly role: WorkerRole
      /** Position of a reader among them, from 0. */
      readonly reader: number
      /** Workers that answer reads beside the engine. */
      readonly readers: number
      readonly build: Build
      readonly module: WebAssembly.Module
      /** Shared by all workers of one engine; the single build makes its own. */
      readonly memory: WebAssembly.Memory | undefined
      /** Executing threads. */
      readonly threads: number
      /** Whether the request `fault` is served. Only tests say so. */
      readonly faults: boolean
    }
  | { readonly type: 'request'; readonly id: number; readonly request: EngineRequest }
  /** Ends the running request of the single build. Threads are told by a flag in memory. */
  | { readonly type: 'abort'; readonly id: number }
  /** To a helper of the single build: run pieces of a block that the engine's worker leads. */
  | { readonly type: 'help'; readonly id: number; readonly fixture: FixtureText }
  /** Positions of transactions to run; `null` when there is no more. */
  | { readonly type: 'piece'; readonly id: number; readonly piece: readonly number[] | null }
  /** What the helpers have run. */
  | { readonly type: 'chunks'; readonly id: number; readonly chunks: readonly Uint8Array[] }

/** What a worker does: it owns the engine, executes for it, or answers reads beside it. */
export type WorkerRole = 'engine' | 'pool' | 'reader'

/** What a worker says to the supervisor. */
export type FromWorker =
  | {
      readonly type: 'ready'
      readonly version: string
      /** Where in shared memory the byte lies that ends the running request. */
      readonly cancelAddress: number
      /** Methods that readers can answer. */
      readonly reads: readonly string[]
    }
  | { readonly type: 'result'; readonly id: number; readonly result: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: WireError }
  | {
      readonly type: 'progress'
      readonly id: number
      readonly settled: number
      readonly total: number
    }
  /** Final receipts, from position `first` on. */
  | {
      readonly type: 'receipts'
      readonly id: number
      readonly first: number
      readonly receipts: readonly Receipt[]
    }
  /** A block cut into pieces, to be handed out in this order. */
  | {
      readonly type: 'pieces'
      readonly id: number
      readonly pieces: readonly (readonly number[])[]
    }
  /** Asks for a piece. */
  | { readonly type: 'next'; readonly id: number }
  /** What a helper has run; `null` where the fixture has no list, or a wrong one. */
  | { readonly type: 'chunk'; readonly id: number; readonly chunk: Uint8Array | null }
  /** Asks for what the helpers have run. No more pieces are handed out. */
  | { readonly type: 'gather'; readonly id: number }
  /** The instance is lost: a panic, a trap, or a start that did not work. */
  | {
      readonly type: 'failed'
      readonly reason: string
      /** Bytes that it asked for and did not get, where that is why. */
      readonly refusedBytes: number | undefined
      /** A file that could not be loaded, where that is why. */
      readonly unavailable?: { readonly code: ModuleObstacle; readonly url: string } | undefined
    }

/** An error as it crosses between threads. */
export type WireError = {
  readonly code: string
  readonly message: string
  readonly data: Readonly<Record<string, unknown>>
}

/** A block with its pre-state: gzip or JSON as bytes, or JSON as text. */
export type FixtureText = Uint8Array | string

/** A block of the synthetic suite, made by the engine. */
export type MadeBlock = {
  readonly made: string
  /** Transactions; 0 means as many as the suite has. */
  readonly count: number
}

/** Which way to run a block. All return the same. */
export type Executor = 'auto' | 'parallel' | 'sequential' | 'bal'

/** How the node of an engine begins. */
export type ChainSetup = {
  /** JSON of `NodeOptions` of the crate `parevm`. */
  readonly options: string
  /** Blocks to import, one behind the other in RLP. */
  readonly blocks: Uint8Array | undefined
  /** A node as `saveNode` has returned it, which the caller gave; of `options` only the limits count then. */
  readonly savedChain: Uint8Array | undefined
  /** When the node was made, in milliseconds since the Unix epoch. */
  readonly nowMs: number
  /** Milliseconds that a request may take. The node heeds that by itself, if it can. */
  readonly timeMs: number
}

/** Everything that an engine can be asked, with what it answers. */
export type EngineCalls = {
  executeBlock: {
    parameters: { fixture: FixtureText; options: ExecuteOptions }
    result: BlockOutcome
  }
  /** Opens the node and repeats what has changed it. The supervisor asks before anything else. */
  openNode: {
    parameters: ChainSetup & {
      /** The node that is changed; left out, it is one that begins. */
      saved: Uint8Array | undefined
      journal: readonly Change[]
    }
    result: undefined
  }
  /** Returns the node as bytes, for `openNode`. */
  saveNode: {
    parameters: Record<never, never>
    result: Uint8Array
  }
  /** Asks the node, as JSON-RPC does. */
  rpc: {
    parameters: {
      method: string
      /** Positional, in JSON. */
      params: string
      /** The time in milliseconds since the Unix epoch: blocks have theirs from it. */
      nowMs: number
      /** 32 random hex digits: filters and subscriptions have their ids from them. */
      entropy: string
    }
    result: NodeAnswer
  }
  /** Executes, compares with sequential execution, and times beside plain revm. Only in the test build. */
  replay: {
    parameters: {
      block: FixtureText | MadeBlock
      executor: Executor
      samples: number
      sampleMs: number
    }
    result: Replay
  }
  /** A generated block, with the state before it. Only in the test build. */
  made: {
    parameters: { name: string; count: number }
    /** JSON: `alloc` as in a genesis file, `calls` as JSON-RPC spells them. */
    result: string
  }
  /** Asks the node again and again, and times what the engine takes of it. */
  timeRpc: {
    parameters: EngineCalls['rpc']['parameters'] & { samples: number }
    /** Milliseconds of each. */
    result: number[]
  }
  /** Runs one file of official fixtures. Only in the test build. */
  conformance: {
    parameters: {
      suite: string
      /** What the file is called in the verdict on it where it cannot be used. */
      file: string
      text: Uint8Array
      /** A case passes when it passes with each. */
      executors: readonly Executor[]
      /** Runs only the case of this name. */
      only?: string | undefined
    }
    /** JSON: an array of {@link Verdict}. */
    result: string
  }
  /** Breaks the engine on purpose. Only in the test build. */
  fault: {
    parameters: { fault: 'panicInEngine' | 'panicInPool' | 'hang' }
    result: undefined
  }
}

/** What became of a case of an official fixture. */
export type Verdict = {
  readonly case: string
  readonly outcome: 'passed' | 'failed' | 'skipped'
  /** Why it did not pass. */
  readonly reason?: string
  /** Time it took, in milliseconds. */
  readonly ms: number
}

/** One question to the engine. */
export type EngineRequest = {
  [K in keyof EngineCalls]: { readonly kind: K } & EngineCalls[K]['parameters']
}[keyof EngineCalls]
