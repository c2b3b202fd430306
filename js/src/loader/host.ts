import type { FromWorker, ToWorker } from '../pool/message.js'
import type { Build } from './choose.js'
import type { Features } from './features.js'

/** What one runtime offers to the supervisor. Everything else is the same everywhere. */
export type Host = {
  readonly features: Features
  /** Pages of 64 KiB that the memory of a threads build grows to. @default 512 MiB */
  readonly memoryPages?: number | undefined
  /** Loads and compiles one build. */
  compile(build: Build): Promise<WebAssembly.Module>
  /** Starts a worker that has nothing to do yet. */
  spawn(watch: Watch): WorkerHandle
}

/** What a worker says, and that it is gone. */
export type Watch = {
  /** Shown by debuggers. */
  readonly name: string
  onMessage(message: FromWorker): void
  /** Called at most once, and not after `terminate`. */
  onDeath(cause: Error): void
}

/** A started worker. */
export type WorkerHandle = {
  post(message: ToWorker): void
  /** Resolves when the worker runs no more. */
  terminate(): Promise<void>
  /** Whether the worker keeps the process alive. Browsers have no such notion. */
  keepAlive(alive: boolean): void
}
