import type { FromWorker, ToWorker } from '../pool/message.js'
import type { Service } from '../pool/service.js'
import type { Build } from './choose.js'
import type { Features } from './features.js'
import type { WasmSource } from './wasmSource.js'

/** Runtime of the engine: all that differs between Node.js and browsers. */
export type Host = {
  readonly features: Features
  /** Maximum of the shared memory of a threads build, in pages of 64 KiB. @default 512 MiB, 1 GiB with readers */
  readonly memoryPages?: number | undefined
  /** Resolves with the builds whose wasm is at hand. @default both */
  builds?(): Promise<readonly Build[]>
  /** Loads and compiles one build; the same module each time. */
  compile(build: Build): Promise<WebAssembly.Module>
  /** Starts an idle worker. */
  spawn(watch: Watch): WorkerHandle
  /** Starts what a worker does in the caller's thread. */
  spawnHere(watch: Watch): WorkerHandle
}

/** Where the caller has put the files of the engine. */
export type FileOptions = {
  /**
   * Wasm: compiled, as bytes, as a response, or its URL; of one build, or of each. A URL that is relative starts
   * from the page, a path of Node.js from the working directory. @default the file of the package
   */
  wasm?: WasmSource | WasmSource.ByBuild | undefined
  /**
   * Workers: the URL of their script, a function that starts one with it, or `false` for none: the single build
   * runs in the caller's thread, where it is also found by itself if the host has no workers.
   * @default the script of the package
   */
  worker?: boolean | string | URL | (() => Worker) | undefined
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
  /** Service that runs in the caller's thread, where it does. */
  readonly service?: Service | undefined
}
