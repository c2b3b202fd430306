import type { Watch, WorkerHandle } from '../loader/host.js'
import type { FromWorker } from './message.js'

/** Starts a worker thread of Node.js. Its death shows as `error` or `exit`. */
export function spawnNode(watch: Watch): WorkerHandle {
  const { Worker } = process.getBuiltinModule('node:worker_threads')
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    name: watch.name,
    // The caller's own flags are not for this script; some, as `--input-type`, do not let it start.
    execArgv: [],
  })
  let gone = false
  const die = (cause: Error) => {
    if (gone) return
    gone = true
    watch.onDeath(cause)
  }
  worker.on('message', (message: FromWorker) => {
    if (!gone) watch.onMessage(message)
  })
  worker.on('messageerror', die)
  worker.on('error', die)
  worker.on('exit', (code) => die(new Error(`the worker ended with exit code ${code}`)))
  return {
    post: (message) => worker.postMessage(message),
    async terminate() {
      gone = true
      await worker.terminate()
    },
    keepAlive: (alive) => (alive ? worker.ref() : worker.unref()),
  }
}
