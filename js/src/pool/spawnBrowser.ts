import { WorkerUnavailableError } from '../error/WorkerUnavailableError.js'
import type { Assets } from '../loader/assets.js'
import type { FileOptions, Watch, WorkerHandle } from '../loader/host.js'
import { browserWorkerObstacle, type Violations, watchViolations } from '../loader/obstacle.js'
import type { FromWorker } from './message.js'
import { movedScript, startWorker } from './startWorker.js'

/**
 * Starts a module worker.
 *
 * A browser reports a script that does not load and an uncaught exception, but not a worker that is
 * ended from outside or closes itself. So each worker holds a Web Lock while it lives, and a second
 * request for the same lock is granted at its death.
 *
 * @param given - Option `worker` of the caller.
 * @throws {@link WorkerUnavailableError} The browser refuses to start it.
 */
export function spawnBrowser(
  watch: Watch,
  assets: Assets,
  given: FileOptions['worker'] = true,
): WorkerHandle {
  const lock = `${watch.name}-${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`
  const violations = watchViolations()
  const { worker, script } = startWorker(assets, given)
  const watching = new AbortController()
  let isGone = false
  let isReady = false
  const die = (cause: Error) => {
    if (isGone) return
    isGone = true
    watching.abort()
    violations.stop()
    watch.onDeath(cause)
  }
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    if (isGone) return
    if (data.type === 'ready') {
      isReady = true
      violations.stop()
      watchLock(lock, watching.signal, die)
    }
    watch.onMessage(data)
  }
  worker.onmessageerror = () => die(new Error('a message of the worker could not be read'))
  worker.onerror = (event) => {
    event.preventDefault?.()
    const cause = new Error(event.message || 'the worker script could not be loaded')
    // A browser gives no reason for a script that does not load.
    if (isReady || event.message) return die(cause)
    const moved = typeof given === 'function' ? undefined : movedScript(assets)
    void explain(script ?? moved, violations, cause).then(die, die)
  }
  return {
    post: (message) =>
      worker.postMessage(message.type === 'start' ? { ...message, lock } : message),
    async terminate() {
      isGone = true
      watching.abort()
      violations.stop()
      worker.terminate()
    },
    keepAlive() {},
  }
}

async function explain(
  script: URL | undefined,
  violations: Violations,
  cause: Error,
): Promise<Error> {
  const code = script === undefined ? undefined : await browserWorkerObstacle(script, violations)
  const url = String(script ?? import.meta.url)
  return new WorkerUnavailableError(code ?? 'WORKER_UNAVAILABLE', url, cause)
}

/** Calls `die` when the worker has released `lock`. */
function watchLock(lock: string, signal: AbortSignal, die: (cause: Error) => void): void {
  if (typeof navigator.locks === 'undefined') return
  navigator.locks
    .request(lock, { signal }, () => die(new Error('the worker was ended')))
    .catch(() => {
      // Aborted: the worker was terminated, or its death was noticed otherwise.
    })
}
