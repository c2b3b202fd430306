import { WorkerUnavailableError } from '../error/WorkerUnavailableError.js'
import type { Watch, WorkerHandle } from '../loader/host.js'
import { browserWorkerObstacle, type Violations, watchViolations } from '../loader/obstacle.js'
import type { FromWorker } from './message.js'

/**
 * Starts a module worker.
 *
 * A browser reports a script that does not load and an uncaught exception, but not a worker that is
 * ended from outside or closes itself. So each worker holds a Web Lock while it lives, and a second
 * request for the same lock is granted at its death.
 *
 * @throws {@link WorkerUnavailableError} The browser refuses to start it.
 */
export function spawnBrowser(watch: Watch): WorkerHandle {
  const lock = `${watch.name}-${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`
  const violations = watchViolations()
  const worker = start(lock)
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
    void explain(violations, cause).then(die, die)
  }
  return {
    post: (message) => worker.postMessage(message),
    async terminate() {
      isGone = true
      watching.abort()
      violations.stop()
      worker.terminate()
    },
    keepAlive() {},
  }
}

function start(name: string): Worker {
  try {
    return new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name })
  } catch (cause) {
    const url = scriptUrl()
    const isForeign = url !== undefined && url.origin !== globalThis.location?.origin
    const code = isForeign ? 'WORKER_OTHER_ORIGIN' : refusalOf(cause)
    throw new WorkerUnavailableError(code, (url ?? import.meta.url).toString(), cause)
  }
}

/** Returns the code of a refusal: a `SecurityError` for a script of the page's own origin is a policy. */
function refusalOf(cause: unknown): 'WORKER_BLOCKED_BY_CSP' | 'WORKER_UNAVAILABLE' {
  const name: unknown = Reflect.get(Object(cause), 'name')
  return name === 'SecurityError' ? 'WORKER_BLOCKED_BY_CSP' : 'WORKER_UNAVAILABLE'
}

async function explain(violations: Violations, cause: Error): Promise<Error> {
  const url = scriptUrl()
  const code =
    url === undefined ? 'WORKER_UNAVAILABLE' : await browserWorkerObstacle(url, violations)
  return new WorkerUnavailableError(
    code ?? 'WORKER_UNAVAILABLE',
    (url ?? import.meta.url).toString(),
    cause,
  )
}

/**
 * Returns the URL of the script of workers; `undefined` where a bundler has moved it. Not in the form that
 * bundlers look for: they would copy the script once more.
 */
function scriptUrl(): URL | undefined {
  const own = import.meta.url
  return /^https?:.*\/pool\/spawnBrowser\.js$/.test(own) ? new URL('worker.js', own) : undefined
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
