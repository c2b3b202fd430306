import type { FromWorker, ToWorker } from '../pool/message.js'
import type { Build } from './choose.js'
import type { Features } from './features.js'

/** Runtime of the engine: all that differs between Node.js and browsers. */
export type Host = {
  readonly features: Features
  /** Maximum of the shared memory of a threads build, in pages of 64 KiB. @default 512 MiB, 1 GiB with readers */
  readonly memoryPages?: number | undefined
  /** Loads and compiles one build. */
  compile(build: Build): Promise<WebAssembly.Module>
  /** Starts an idle worker. */
  spawn(watch: Watch): WorkerHandle
}

/** Listener to a worker. */
export type Watch = {
  /** Name of the worker in debuggers. */
  readonly name: string
  onMessage(message: FromWorker): void
  /** Called at most once, and not after `terminate`. */
  onDeath(cause: Error): void
}

/** Started worker. */
export type WorkerHandle = {
  post(message: ToWorker): void
  /** Ends the worker; resolves once it has ended. */
  terminate(): Promise<void>
  /** Sets whether the worker keeps a Node.js process alive. No effect in browsers. */
  keepAlive(isAlive: boolean): void
}
