import { WorkerUnavailableError } from '../error/WorkerUnavailableError.js'
import type { Assets } from '../loader/assets.js'
import type { FileOptions } from '../loader/host.js'

/**
 * Starts a module worker of a browser: with the script of the package, or with that of the caller. A script of
 * another origin, such as a CDN, is imported by a worker of the page's own.
 *
 * @throws {@link WorkerUnavailableError} The browser refuses to start it.
 */
export function startWorker(assets: Assets, given: FileOptions['worker']): StartedWorker {
  let script = isUrl(given) ? new URL(given, globalThis.location?.href) : unmovedScript(assets)
  try {
    if (typeof given === 'function') return { worker: given(), script: undefined }
    // Before the attempt: Firefox starts a worker of another origin, and only an event says later that it failed.
    script ??= movedScript(assets)
    if (script !== undefined && isForeign(script))
      return { worker: importingWorker(script), script }
    const worker = isUrl(given) ? new Worker(given, { type: 'module' }) : assets.startWorker()
    return { worker, script }
  } catch (cause) {
    throw refusal(script, cause)
  }
}

/** Worker with the URL of its script, where that is known. */
export type StartedWorker = { readonly worker: Worker; readonly script: URL | undefined }

/** Starts a worker of this origin that imports a script of another one, which must allow that (CORS). */
function importingWorker(script: URL): Worker {
  const url = urlOf(`import ${JSON.stringify(script.href)}`)
  // The worker fetches the source when it starts, which is after this task.
  setTimeout(() => URL.revokeObjectURL(url), REVOKE_MS)
  return new Worker(url, { type: 'module' })
}

/**
 * Returns the URL of a script. In a sandbox, whose origin is opaque, Chromium starts no module of a `blob:` URL. Elsewhere a
 * `data:` URL is the one with an opaque origin, which shares no memory.
 */
function urlOf(source: string): string {
  if (globalThis.origin === 'null') return `data:text/javascript,${encodeURIComponent(source)}`
  return URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))
}

/** Milliseconds after which a worker has read its source. */
const REVOKE_MS = 10_000

/** Returns the URL of the script where no bundler has moved it. */
function unmovedScript(assets: Assets): URL | undefined {
  return /^https?:.*\/pool\/startWorker\.js$/.test(import.meta.url) ? assets.script() : undefined
}

/** Returns the URL to which a bundler has moved the script: the one that it would start a worker with. */
export function movedScript(assets: Assets): URL | undefined {
  const native = globalThis.Worker
  let script: URL | undefined
  const listening = function (this: unknown, url: string | URL) {
    script = new URL(url, globalThis.location?.href)
  } as unknown as typeof Worker
  try {
    globalThis.Worker = listening
  } catch {
    // A page that has frozen its globals, as wallets do: the worker starts all the same.
    return undefined
  }
  try {
    assets.startWorker()
  } finally {
    globalThis.Worker = native
  }
  return script
}

function isUrl(given: FileOptions['worker']): given is string | URL {
  return typeof given === 'string' || given instanceof URL
}

/** Whether a page may not start workers with a script. `origin` is `null` in a sandbox, `location.origin` is not. */
function isForeign(script: URL): boolean {
  return script.protocol.startsWith('http') && script.origin !== globalThis.origin
}

/** A `SecurityError` for a script of the page's own origin is a policy. */
function refusal(script: URL | undefined, cause: unknown): WorkerUnavailableError {
  const name: unknown = Reflect.get(Object(cause), 'name')
  const code = name === 'SecurityError' ? 'WORKER_BLOCKED_BY_CSP' : 'WORKER_UNAVAILABLE'
  return new WorkerUnavailableError(code, String(script ?? import.meta.url), cause)
}
