// Preloaded into a server under attack: knows its workers, so that the attack can end them as the system would. The
// debugger cannot: where code that it runs throws while a worker waits in wasm, V8 ends the whole process.

import { isMainThread } from 'node:worker_threads'

/** Workers that run, with the time at which they were started. */
const running = new Map()

if (isMainThread) {
  const original = process.getBuiltinModule
  const { Worker } = original('node:worker_threads')
  class Watched extends Worker {
    constructor(url, options) {
      super(url, options)
      running.set(this, { name: options.name, started: performance.now() })
      this.once('exit', () => running.delete(this))
    }
  }
  process.getBuiltinModule = (id) =>
    id === 'node:worker_threads' ? { ...original(id), Worker: Watched } : original(id)

  /**
   * Ends a worker whose name holds `part`, and returns the name. One that has only started is spared: Node 20 aborts
   * the process where a worker ends while it reads its modules (`FileHandle::ClosePromise`).
   */
  globalThis.endWorker = (part, startingMs) => {
    const latest = performance.now() - startingMs
    for (const [worker, { name, started }] of running)
      if (name.includes(part) && started < latest) {
        void worker.terminate()
        return name
      }
    return ''
  }
}
