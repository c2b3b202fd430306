import type { FromWorker, ToWorker } from './message.js'

/** Channel of a worker to the supervisor. */
export type Port = {
  post(message: FromWorker): void
  listen(receive: (message: ToWorker) => void): void
  /** Calls `receive` when a message cannot be read, such as a compiled module where wasm is forbidden. */
  onUnreadable(receive: () => void): void
  /** Calls `receive` with an uncaught exception, such as a trap in an asynchronous task of wasm. */
  onUncaught(receive: (error: unknown) => void): void
  /** Resolves once the supervisor can notice this worker's death, by the lock of this name. */
  watched(lock: string | undefined): Promise<void>
}

/** Returns the channel to the supervisor, in Node.js as in browsers. */
export function workerPort(): Port {
  if (typeof process === 'object' && typeof process.getBuiltinModule === 'function') {
    const { parentPort } = process.getBuiltinModule('node:worker_threads')
    if (parentPort === null) throw new Error('expected a worker thread, found the main thread')
    return {
      post: (message) => parentPort.postMessage(message),
      listen: (receive) => parentPort.on('message', receive),
      onUnreadable: (receive) => void parentPort.on('messageerror', receive),
      onUncaught: (receive) => void process.on('uncaughtException', receive),
      async watched() {},
    }
  }
  const scope = globalThis as unknown as WorkerScope
  return {
    post: (message) => scope.postMessage(message),
    listen: (receive) => scope.addEventListener('message', (event) => receive(event.data)),
    onUnreadable: (receive) => scope.addEventListener('messageerror', receive),
    onUncaught: (receive) => scope.addEventListener('error', (event) => receive(event.error)),
    watched: holdLock,
  }
}

/** Holds the lock `name` until this worker ends; resolves once it is held, or where locks are unavailable. */
function holdLock(name: string | undefined): Promise<void> {
  if (name === undefined || typeof navigator.locks === 'undefined') return Promise.resolve()
  return new Promise((resolve) => {
    const hold = () => {
      resolve()
      return new Promise<never>(() => {})
    }
    // An opaque origin has no locks: the supervisor may miss the death of a worker there.
    navigator.locks.request(name, hold).catch(() => resolve())
  })
}

/** Part of `DedicatedWorkerGlobalScope`, which TypeScript's `dom` library lacks. */
type WorkerScope = {
  postMessage(message: FromWorker): void
  addEventListener(type: 'message', listener: (event: { data: ToWorker }) => void): void
  addEventListener(type: 'messageerror', listener: () => void): void
  addEventListener(type: 'error', listener: (event: { error: unknown }) => void): void
}
