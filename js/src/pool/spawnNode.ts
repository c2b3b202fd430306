import { WorkerUnavailableError } from '../error/WorkerUnavailableError.js'
import type { Watch, WorkerHandle } from '../loader/host.js'
import { nodeWorkerObstacle } from '../loader/obstacle.js'
import type { FromWorker } from './message.js'

/**
 * Starts a worker thread of Node.js. Its death shows as `error` or `exit`.
 *
 * @throws {@link WorkerUnavailableError} The process may not start it.
 */
export function spawnNode(watch: Watch): WorkerHandle {
  const worker = start(watch.name)
  let gone = false
  /** Resolves when the worker has loaded its modules, or has ended. */
  const loaded = new Promise<void>((resolve) => {
    worker.once('message', () => resolve())
    worker.once('exit', () => resolve())
  })
  const die = (cause: Error) => {
    if (gone) return
    gone = true
    watch.onDeath(cause)
  }
  worker.on('message', (message: FromWorker) => {
    if (!gone) watch.onMessage(message)
  })
  worker.on('messageerror', die)
  worker.on('error', (cause: Error) => die(explain(cause)))
  worker.on('exit', (code) => die(new Error(`the worker ended with exit code ${code}`)))
  return {
    post: (message) => worker.postMessage(message),
    async terminate() {
      gone = true
      // Node.js 20 aborts the process where a worker is ended while it loads a file.
      await Promise.race([loaded, new Promise((resolve) => setTimeout(resolve, LOADING_MS))])
      await worker.terminate()
    },
    keepAlive: (alive) => (alive ? worker.ref() : worker.unref()),
  }
}

/** Milliseconds that a worker may take to load; one that takes longer is ended all the same. */
const LOADING_MS = 1_000

function start(name: string) {
  const { Worker } = process.getBuiltinModule('node:worker_threads')
  try {
    return new Worker(new URL('./worker.js', import.meta.url), {
      name,
      // The caller's own flags are not for this script; some, as `--input-type`, do not let it start.
      execArgv: [],
    })
  } catch (cause) {
    const code = nodeWorkerObstacle(cause) ?? 'WORKER_UNAVAILABLE'
    throw new WorkerUnavailableError(code, scriptUrl(), cause)
  }
}

/** Returns the reason for which the script did not load, where that is why the worker died. */
function explain(cause: Error): Error {
  const code = nodeWorkerObstacle(cause)
  return code === undefined ? cause : new WorkerUnavailableError(code, scriptUrl(), cause)
}

function scriptUrl(): string {
  return new URL('worker.js', import.meta.url).href
}
