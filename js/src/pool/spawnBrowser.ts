import type { Watch, WorkerHandle } from '../loader/host.js'
import type { FromWorker } from './message.js'

/**
 * Starts a module worker.
 *
 * A browser reports a script that does not load and an exception that nobody caught, but not a
 * worker that is ended from outside or closes itself. So each worker holds a Web Lock for as long
 * as it lives, and whoever gets the same lock afterwards knows that it is gone.
 */
export function spawnBrowser(watch: Watch): WorkerHandle {
  const lock = `${watch.name}-${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: lock })
  const waiting = new AbortController()
  let gone = false
  const die = (cause: Error) => {
    if (gone) return
    gone = true
    waiting.abort()
    watch.onDeath(cause)
  }
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    if (gone) return
    if (data.type === 'ready') waitForDeath(lock, waiting.signal, die)
    watch.onMessage(data)
  }
  worker.onmessageerror = () => die(new Error('a message of the worker could not be read'))
  worker.onerror = (event) => {
    event.preventDefault?.()
    die(new Error(event.message || 'the worker script could not be loaded'))
  }
  return {
    post: (message) => worker.postMessage(message),
    async terminate() {
      gone = true
      waiting.abort()
      worker.terminate()
    },
    keepAlive() {},
  }
}

/** Calls `die` when the worker that holds `lock` has let go of it. */
function waitForDeath(lock: string, signal: AbortSignal, die: (cause: Error) => void): void {
  if (typeof navigator.locks === 'undefined') return
  navigator.locks
    .request(lock, { signal }, () => die(new Error('the worker was ended')))
    .catch(() => {
      // The wait was given up: the worker was terminated or has died otherwise.
    })
}
