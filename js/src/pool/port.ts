import type { FromWorker, ToWorker } from './message.js'

/** A worker's own end of the channel to the supervisor. */
export type Port = {
  post(message: FromWorker): void
  listen(receive: (message: ToWorker) => void): void
  /** Calls `receive` when a message cannot be read, as a compiled module where wasm is not allowed. */
  onUnreadable(receive: () => void): void
  /** Calls `receive` with what was thrown and nobody caught: a trap in a task of wasm's own. */
  onUncaught(receive: (error: unknown) => void): void
  /** Resolves once the supervisor can notice this worker's death. */
  watched(): Promise<void>
}

/** Returns the channel to the supervisor, in Node.js as in browsers. */
export function workerPort(): Port {
  if (typeof process === 'object' && typeof process.getBuiltinModule === 'function') {
    const { parentPort } = process.getBuiltinModule('node:worker_threads')
    if (parentPort === null) throw new Error('this file is the script of a worker')
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
    watched: () => holdLock(scope.name),
  }
}

/** Holds the lock `name` until this worker ends; resolves when it is held, or cannot be. */
function holdLock(name: string): Promise<void> {
  if (typeof navigator.locks === 'undefined') return Promise.resolve()
  return new Promise((resolve) => {
    const hold = () => {
      resolve()
      return new Promise<never>(() => {})
    }
    // An opaque origin has no locks: the death of a worker shows less surely there.
    navigator.locks.request(name, hold).catch(() => resolve())
  })
}

/** The part of DedicatedWorkerGlobalScope that is used; TypeScript's `dom` library lacks it. */
type WorkerScope = {
  readonly name: string
  postMessage(message: FromWorker): void
  addEventListener(type: 'message', listener: (event: { data: ToWorker }) => void): void
  addEventListener(type: 'messageerror', listener: () => void): void
  addEventListener(type: 'error', listener: (event: { error: unknown }) => void): void
}
