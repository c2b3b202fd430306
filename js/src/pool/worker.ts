/**
 * Script of every worker, whatever its role, in Node.js and in browsers.
 */
import {
  browserModuleObstacle,
  mayCompile,
  nodeModuleObstacle,
  watchViolations,
} from '../loader/obstacle.js'
import type { Bindings, EngineBinding, ReaderBinding, TestingBinding } from './bindings.js'
import { fixtureBytes } from './fixtureBytes.js'
import type { EngineRequest, FixtureText, FromWorker, ToWorker, WireError } from './message.js'
import { workerPort } from './port.js'

const port = workerPort()
let bindings: Bindings | undefined
let engine: (EngineBinding & Partial<TestingBinding>) | undefined
/** Reader, in a worker of this role; it has no engine. */
let reader: ReaderBinding | undefined
let faults = false

port.onUncaught(fail)
port.onUnreadable(async () => {
  const error = new Error('a message could not be read')
  const unavailable = mayCompile() ? undefined : await obstacle(error)
  port.post({ type: 'failed', reason: String(error), refusedBytes: undefined, unavailable })
})
port.listen((message) => {
  switch (message.type) {
    case 'start':
      start(message).catch(fail)
      break
    case 'request':
      // Here and not in the engine: an abort may arrive before the engine has started the request.
      bindings?.rearm?.()
      respond(message.id, message.request).catch(fail)
      break
    case 'abort':
      bindings?.cancel?.()
      break
    case 'join':
      executeBatches(message.id, message.fixture).catch(fail)
      break
    case 'batch':
      onReply(message.id, message.batch)
      break
    case 'collected':
      onReply(message.id, message.partialResults)
      break
  }
})

async function start(message: Extract<ToWorker, { type: 'start' }>): Promise<void> {
  const { build, module, memory, role, threads } = message
  faults = message.faults
  // Both as literals: bundlers look for this form.
  const load = () =>
    build === 'threads'
      ? import('../../../wasm/threads/parevm.js')
      : import('../../../wasm/single/parevm.js')
  const violations = watchViolations()
  try {
    bindings = (await load()).createBindings()
    bindings.initSync({ module, memory })
  } catch (error) {
    // With the bindings loaded, only the policy of this worker may forbid wasm.
    if (bindings !== undefined && mayCompile()) throw error
    const unavailable = await obstacle(error, violations)
    const reason = String(error)
    return port.post({ type: 'failed', reason, refusedBytes: undefined, unavailable })
  } finally {
    violations.stop()
  }
  bindings.attach({
    panicked: fail,
    committed: (id, committed, total) => port.post({ type: 'progress', id, committed, total }),
    receipts: (id, first, receipts) => port.post({ type: 'receipts', id, first, receipts }),
    pause,
    queueBatches: (id, batches) => port.post({ type: 'batches', id, batches }),
    nextBatch: (id) => query<readonly number[] | null>({ type: 'nextBatch', id }),
    collect: (id) => query<readonly Uint8Array[]>({ type: 'collect', id }),
  })
  await port.watched()
  const isReader = role === 'reader'
  if (isReader && bindings.Reader !== undefined)
    reader = new bindings.Reader(message.reader, message.readers)
  else if (role === 'engine' || build === 'single') engine = new bindings.Engine(threads)
  engine?.serveReaders?.(message.readers)
  const cancelAddress = bindings.cancelAddress(isReader ? message.reader : undefined)
  const reads = bindings.readMethods?.() ?? []
  port.post({ type: 'ready', version: bindings.version(), cancelAddress, reads })
  if (role === 'pool') bindings.runPoolWorker?.()
}

/** Returns the URL of the file that does not load, and the reason. */
async function obstacle(error: unknown, violations = watchViolations()) {
  const message = error instanceof Error ? error.message : ''
  if (!mayCompile()) return { code: 'WASM_BLOCKED_BY_CSP', url: import.meta.url } as const
  // Browsers and Node.js name the file in the message; Safari does not.
  const [url] = /(https?|file):\/\/\S+|\/\S+parevm\.js/.exec(message) ?? []
  if (typeof process === 'object') {
    const resource: unknown = Reflect.get(Object(error), 'resource')
    return { code: nodeModuleObstacle(error), url: url ?? String(resource ?? import.meta.url) }
  }
  if (url === undefined) return { code: 'MODULE_UNAVAILABLE', url: import.meta.url } as const
  return { code: await browserModuleObstacle(new URL(url), violations, error), url }
}

async function respond(id: number, request: EngineRequest): Promise<void> {
  let result: unknown
  try {
    result = await execute(id, request)
  } catch (error) {
    if (!isWireError(error)) throw error
    port.post({ type: 'error', id, error })
    return
  }
  port.post({ type: 'result', id, result })
}

async function execute(id: number, request: EngineRequest): Promise<unknown> {
  if (reader !== undefined && request.kind === 'rpc')
    return reader.request(request.method, request.params, request.nowMs)
  if (engine === undefined)
    throw new Error('invariant broken: a request arrived before the engine was started')
  switch (request.kind) {
    case 'executeBlock':
      return engine.executeBlock(id, await fixtureBytes(request.fixture), request.options)
    case 'replay': {
      const { block, executor, samples, sampleMs } = request
      if (typeof block === 'object' && 'synthetic' in block)
        return testing(engine).replaySynthetic(
          block.synthetic,
          block.count,
          executor,
          samples,
          sampleMs,
        )
      return testing(engine).replay(await fixtureBytes(block), executor, samples, sampleMs)
    }
    case 'conformance': {
      const { suite, file, text, executors, only } = request
      return testing(engine).conformance(suite, file, text, executors, only)
    }
    case 'openNode': {
      const { options, blocks, nowMs, savedChain, saved, journal } = request
      if (saved !== undefined) engine.restoreNode(options, saved)
      else if (savedChain !== undefined) engine.openSaved(options, savedChain)
      else {
        engine.openNode(options)
        if (blocks !== undefined) engine.importChain(blocks, nowMs)
      }
      for (const { method, params, nowMs, entropy } of journal)
        engine.repeat(method, params, nowMs, entropy)
      return undefined
    }
    case 'saveNode':
      return engine.saveNode()
    case 'rpc':
      return engine.request(request.method, request.params, request.nowMs, request.entropy)
    case 'synthetic':
      return testing(engine).synthetic(request.name, request.count)
    case 'timeRpc': {
      const { method, params, nowMs, entropy } = request
      return Array.from({ length: request.samples }, () => {
        const start = performance.now()
        engine?.request(method, params, nowMs, entropy)
        return performance.now() - start
      })
    }
    case 'fault':
      if (faults) testing(engine)[request.fault]()
      return undefined
  }
}

/** Returns the functions that only the test build has. */
function testing(engine: Partial<TestingBinding>): TestingBinding {
  if (engine.replay === undefined)
    throw new Error('this request needs the test build of the repository')
  return engine as TestingBinding
}

/** Executes batches of a block, as a helper. */
async function executeBatches(id: number, fixture: FixtureText): Promise<void> {
  // A missing binding must not look like a block without an access list.
  if (engine?.join === undefined)
    throw new Error('invariant broken: a helper has no engine of the single build')
  let partialResult: Uint8Array | null = null
  try {
    partialResult = await engine.join(id, await fixtureBytes(fixture))
  } catch (error) {
    // The leader reports the same error.
    if (!isWireError(error)) throw error
  }
  port.post({ type: 'partialResult', id, partialResult })
}

/** Queries to the work queue without a reply: one for each request at most. */
const queries = new Map<number, (reply: never) => void>()

function query<T>(message: Extract<FromWorker, { type: 'nextBatch' | 'collect' }>): Promise<T> {
  return new Promise((resolve) => {
    queries.set(message.id, resolve)
    port.post(message)
  })
}

function onReply(id: number, reply: unknown): void {
  const resolve = queries.get(id)
  queries.delete(id)
  resolve?.(reply as never)
}

/** Whether the engine threw an error of its own. Anything else is a trap or a bug: the instance is lost. */
function isWireError(error: unknown): error is WireError {
  return typeof error === 'object' && error !== null && !(error instanceof Error) && 'code' in error
}

function fail(reason: unknown): void {
  // Rust traps without a message where it lacks memory.
  const isTrap = reason instanceof WebAssembly.RuntimeError
  const refusedBytes = (isTrap && bindings?.refusedBytes()) || undefined
  port.post({ type: 'failed', reason: String(reason), refusedBytes })
}

/**
 * Resolves once pending events are handled. Not by a timer: browsers delay nested ones by 4 ms.
 */
function pause(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') return void setImmediate(resolve)
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}
