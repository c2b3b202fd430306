import { WorkerUnavailableError } from '../error/WorkerUnavailableError.js'
import type { Assets } from '../loader/assets.js'
import type { FileOptions, Watch, WorkerHandle } from '../loader/host.js'
import { nodeWorkerObstacle } from '../loader/obstacle.js'
import type { FromWorker } from './message.js'

/**
 * Starts a worker thread of Node.js, which reports its death as `error` or `exit`.
 *
 * @param given - Option `worker` of the caller.
 * @throws {@link WorkerUnavailableError} Node.js refuses to start it.
 */
export function spawnNode(
  watch: Watch,
  assets: Assets,
  given: FileOptions['worker'] = true,
): WorkerHandle {
  const script = typeof given === 'string' || given instanceof URL ? given : scriptOf(assets)
  const worker =
    typeof given === 'function'
      ? (given() as unknown as ReturnType<typeof start>)
      : start(script, watch.name)
  let isGone = false
  /** Resolves once the worker has loaded its modules, or has ended. */
  const loaded = new Promise<void>((resolve) => {
    worker.once('message', () => resolve())
    worker.once('exit', () => resolve())
  })
  const die = (cause: Error) => {
    if (isGone) return
    isGone = true
    watch.onDeath(cause)
  }
  worker.on('message', (message: FromWorker) => {
    if (!isGone) watch.onMessage(message)
  })
  worker.on('messageerror', die)
  worker.on('error', (cause: Error) => die(explain(cause, script)))
  worker.on('exit', (code) => die(new Error(`the worker ended with exit code ${code}`)))
  return {
    post: (message) => worker.postMessage(message),
    async terminate() {
      isGone = true
      // Node.js 20 aborts the process if a worker is terminated while it loads a file.
      let timer: ReturnType<typeof setTimeout> | undefined
      const limit = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, MAX_LOADING_MS)
      })
      await Promise.race([loaded, limit])
      // Or it keeps the process alive after `close`.
      clearTimeout(timer)
      await worker.terminate()
    },
    keepAlive: (isAlive) => (isAlive ? worker.ref() : worker.unref()),
  }
}

/** Milliseconds that a termination waits for a worker that loads. */
const MAX_LOADING_MS = 1_000

function start(script: URL | string, name: string) {
  const { Worker } = process.getBuiltinModule('node:worker_threads')
  try {
    // Flags of the caller do not apply to this script; some, such as `--input-type`, prevent its start.
    return new Worker(fileOf(script), { name, execArgv: [] })
  } catch (cause) {
    const code = nodeWorkerObstacle(cause) ?? 'WORKER_UNAVAILABLE'
    throw new WorkerUnavailableError(code, String(script), cause)
  }
}

/** Returns the URL of the script of the package, which a bundle of CommonJS does not know. */
function scriptOf(assets: Assets): URL {
  try {
    return assets.script()
  } catch (cause) {
    throw new WorkerUnavailableError('WORKER_NOT_FOUND', 'parevm/worker', cause)
  }
}

/** Returns the script as Node.js expects it: a URL of a file is an object, a path is text. */
function fileOf(script: URL | string): URL | string {
  return /^(file|data|blob):/.test(String(script)) ? new URL(script) : script
}

/** Returns the cause of a death as an error that names the script, if it did not load. */
function explain(cause: Error, script: URL | string): Error {
  const code = nodeWorkerObstacle(cause)
  return code === undefined ? cause : new WorkerUnavailableError(code, String(script), cause)
}
