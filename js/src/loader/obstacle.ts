import type { ModuleObstacle, WorkerObstacle } from '../error/obstacle.js'

/** Violations of a page's Content-Security-Policy since {@link watchViolations}. */
export type Violations = {
  /** Resolves with whether a directive of such a name was violated, after a moment: the event may be late. */
  of(directive: RegExp): Promise<boolean>
  stop(): void
}

/** Listens to violations of the Content-Security-Policy of this page or worker. */
export function watchViolations(): Violations {
  const violated: string[] = []
  const onViolation = (event: Event) => {
    violated.push(String(Reflect.get(event, 'effectiveDirective')))
  }
  // Node.js has no such policies, and its global is no event target.
  const target = globalThis as Partial<EventTarget>
  target.addEventListener?.('securitypolicyviolation', onViolation)
  const isViolated = (directive: RegExp) => violated.some((name) => directive.test(name))
  return {
    async of(directive) {
      for (let waits = 0; waits < EVENT_WAITS && !isViolated(directive); waits += 1)
        await new Promise((resolve) => setTimeout(resolve, EVENT_WAIT_MS))
      return isViolated(directive)
    },
    stop: () => target.removeEventListener?.('securitypolicyviolation', onViolation),
  }
}

/** The event is a task of its own, which follows the failure. */
const EVENT_WAITS = 5
const EVENT_WAIT_MS = 10

/** Returns whether this page or worker may compile wasm: an empty module has no other reason to fail. */
export function mayCompile(): boolean {
  try {
    return new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)) !== undefined
  } catch {
    return false
  }
}

/** Returns the reason for which a browser did not load a file; the attempt failed with `cause`. */
export async function browserModuleObstacle(
  url: URL,
  violations: Violations,
  cause: unknown,
): Promise<ModuleObstacle> {
  if (!mayCompile()) return 'WASM_BLOCKED_BY_CSP'
  if (await violations.of(/^connect-src/)) return 'MODULE_BLOCKED_BY_CSP'
  const found = await probe(url)
  if (found === undefined) return isForeign(url) ? 'MODULE_OTHER_ORIGIN' : 'MODULE_UNAVAILABLE'
  if (isMissing(found)) return 'MODULE_NOT_FOUND'
  const expected = url.pathname.endsWith('.wasm') ? /^application\/(wasm|octet-stream)/ : JAVASCRIPT
  const isOther = !expected.test(typeOf(found)) || cause instanceof WebAssembly.CompileError
  return found.ok && isOther ? 'MODULE_WRONG_TYPE' : 'MODULE_UNAVAILABLE'
}

/** Returns the reason for which a browser did not start a worker; `undefined` where its script loads. */
export async function browserWorkerObstacle(
  url: URL,
  violations: Violations,
): Promise<WorkerObstacle | undefined> {
  if (await violations.of(/^(worker|child|script)-src/)) return 'WORKER_BLOCKED_BY_CSP'
  if (isForeign(url)) return 'WORKER_OTHER_ORIGIN'
  const found = await probe(url)
  if (found === undefined) return 'WORKER_UNAVAILABLE'
  if (isMissing(found)) return 'WORKER_NOT_FOUND'
  if (!found.ok) return 'WORKER_UNAVAILABLE'
  if (!JAVASCRIPT.test(typeOf(found))) return 'WORKER_WRONG_TYPE'
  const policy = found.headers.get('cross-origin-embedder-policy')
  if (globalThis.crossOriginIsolated === true && policy === null) return 'WORKER_BLOCKED_BY_COEP'
  return undefined
}

const JAVASCRIPT = /^(text|application)\/(x-)?(java|ecma)script/

/** Requests a file once more; resolves with `undefined` where there is no response. */
function probe(url: URL): Promise<Response | undefined> {
  return fetch(url).then(
    (response) => {
      void response.body?.cancel().catch(() => {})
      return response
    },
    () => undefined,
  )
}

function isMissing({ status }: Response): boolean {
  return status === 404 || status === 410
}

function typeOf({ headers }: Response): string {
  return headers.get('content-type') ?? ''
}

function isForeign(url: URL): boolean {
  return url.protocol.startsWith('http') && url.origin !== globalThis.location?.origin
}

/** Returns the reason for which Node.js or Deno did not read a file. */
export function nodeModuleObstacle(cause: unknown): ModuleObstacle {
  const code = codeOf(cause)
  if (code === 'ERR_ACCESS_DENIED') return 'MODULE_DENIED_BY_NODE'
  if (isDeniedByDeno(cause)) return 'MODULE_DENIED_BY_DENO'
  if (MISSING.includes(code)) return 'MODULE_NOT_FOUND'
  if (cause instanceof WebAssembly.CompileError) return 'MODULE_WRONG_TYPE'
  return code === 'EACCES' || code === 'EPERM' ? 'MODULE_READ_DENIED' : 'MODULE_UNAVAILABLE'
}

/** Returns the reason for which Node.js or Deno did not start a worker; `undefined` where it is not known. */
export function nodeWorkerObstacle(cause: unknown): WorkerObstacle | undefined {
  const code = codeOf(cause)
  if (code === 'ERR_ACCESS_DENIED') return 'WORKER_DENIED_BY_NODE'
  if (isDeniedByDeno(cause)) return 'WORKER_DENIED_BY_DENO'
  return MISSING.includes(code) ? 'WORKER_NOT_FOUND' : undefined
}

const MISSING: readonly string[] = ['ENOENT', 'ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']

/** `NotCapable` since Deno 2. For an import Deno uses the code of a missing file; only the message differs. */
function isDeniedByDeno(cause: unknown): boolean {
  const { name, message } = Object(cause) as { name?: unknown; message?: unknown }
  const isNamed = name === 'NotCapable' || name === 'PermissionDenied'
  return isNamed || /^Requires \w+ access to /.test(String(message))
}

function codeOf(cause: unknown): string {
  return String(Reflect.get(Object(cause), 'code'))
}
