import type { Build } from '../loader/choose.js'
import { mayCompile } from '../loader/obstacle.js'
import type { NodeAnswer } from '../type/wire.js'
import type {
  AnyEngine,
  BareCall,
  Bindings,
  BindingsFactory,
  FullBinding,
  ReaderBinding,
  TestingBinding,
} from './bindings.js'
import { fixtureBytes } from './fixtureBytes.js'
import { guardTasks } from './guardTasks.js'
import type { EngineRequest, FixtureText, FromWorker, ToWorker } from './message.js'
import { pause } from './pause.js'
import type { Port } from './port.js'
import { isWireError } from './wireError.js'

/**
 * Creates what a worker does, whatever its role: it starts an engine, a pool thread or a reader on the first message
 * of the supervisor, and answers requests. Runs in a worker or in the caller's thread.
 *
 * @param load - Returns the bindings of a build.
 */
export function createService(
  port: Port,
  load: (build: Build) => BindingsFactory | Promise<BindingsFactory>,
): Service {
  let bindings: Bindings | undefined
  let engine: AnyEngine | undefined
  /** Reader, in a worker of this role; it has no engine. */
  let reader: ReaderBinding | undefined
  let faults = false
  /** Queries to the work queue without a reply: one for each request at most. */
  const queries = new Map<number, (reply: never) => void>()

  const fail = (reason: unknown) => {
    // Rust traps without a message where it lacks memory.
    const isTrap = reason instanceof WebAssembly.RuntimeError
    const refusedBytes = (isTrap && bindings?.refusedBytes()) || undefined
    port.post({ type: 'failed', reason: String(reason), refusedBytes })
  }

  const start = async (message: Extract<ToWorker, { type: 'start' }>) => {
    const { build, module, memory, role, threads, lock } = message
    faults = message.faults
    const instance = (await load(build))((exports) => guardTasks(exports, fail))
    try {
      instance.initSync({ module, memory })
    } catch (error) {
      const code = unavailable(error)
      if (code === undefined) throw error
      const reason = String(error)
      const file = { code, url: scriptUrl() }
      return port.post({ type: 'failed', reason, refusedBytes: undefined, unavailable: file })
    }
    bindings = instance
    bindings.attach({
      panicked: fail,
      committed: (id, committed, total) => port.post({ type: 'progress', id, committed, total }),
      receipts: (id, first, receipts) => port.post({ type: 'receipts', id, first, receipts }),
      pause,
      queueBatches: (id, batches) => port.post({ type: 'batches', id, batches }),
      nextBatch: (id) => query<readonly number[] | null>({ type: 'nextBatch', id }),
      collect: (id) => query<readonly Uint8Array[]>({ type: 'collect', id }),
    })
    await port.watched(lock)
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

  const respond = async (id: number, request: EngineRequest) => {
    let result: unknown
    try {
      const answer = execute(id, request)
      result = answer instanceof Promise ? await answer : answer
    } catch (error) {
      if (!isWireError(error)) throw error
      port.post({ type: 'error', id, error })
      return
    }
    port.post({ type: 'result', id, result })
  }

  const running = () => {
    if (engine === undefined)
      throw new Error('invariant broken: a request arrived before the engine was started')
    return engine
  }

  const rpc = (request: RpcRequest): NodeAnswer => {
    const { method, params, bare, nowMs, entropy } = request
    if (bare !== undefined) return callBare(bare, nowMs)
    if (reader !== undefined) return reader.request(method, params, nowMs) as NodeAnswer
    return running().request(method, params, nowMs, entropy) as NodeAnswer
  }

  /** Executes a call without JSON; whatever is not a plain success is asked again, for its error. */
  const callBare = (bare: BareCall, nowMs: number): NodeAnswer => {
    const { from, to, data, value, gas } = bare
    const result = (reader ?? running()).call?.(from, to, data ?? '0x', value, gas, nowMs)
    if (result !== undefined) return answerOf(`"${result}"`)
    const params = JSON.stringify([
      { from, to, data, value, gas: gas === undefined ? gas : `0x${gas.toString(16)}` },
      'latest',
    ])
    return rpc({ method: 'eth_call', params, nowMs, entropy: NO_ENTROPY })
  }

  const execute = (id: number, request: EngineRequest): unknown => {
    switch (request.kind) {
      case 'rpc':
        return rpc(request)
      case 'calls':
        return callAll(request)
      case 'executeBlock':
        return executeBlock(id, request)
      case 'openNode':
        return openNode(running(), request)
      case 'saveNode':
        return full(running()).saveNode()
      case 'replay':
        return replay(testing(running()), request)
      case 'conformance': {
        const { suite, file, text, executors, only } = request
        return testing(running()).conformance(suite, file, text, executors, only)
      }
      case 'synthetic':
        return testing(running()).synthetic(request.name, request.count)
      case 'timeRpc':
        return Array.from({ length: request.samples }, () => {
          const start = performance.now()
          rpc(request)
          return performance.now() - start
        })
      case 'fault':
        if (faults) testing(running())[request.fault]()
        return undefined
    }
  }

  const executeBlock = async (id: number, request: RequestOf<'executeBlock'>) => {
    const fixture = await fixtureBytes(request.fixture)
    return full(running()).executeBlock(id, fixture, request.options)
  }

  /** Executes calls in turn, and handles pending events between them. */
  const callAll = async ({ calls, nowMs }: RequestOf<'calls'>) => {
    const answers: NodeAnswer[] = []
    let pausedMs = performance.now()
    for (const { params, bare } of calls) {
      answers.push(rpc({ method: 'eth_call', params, bare, nowMs, entropy: NO_ENTROPY }))
      if (performance.now() - pausedMs < PAUSE_MS) continue
      await pause()
      pausedMs = performance.now()
    }
    return answers
  }

  /** Executes batches of a block, as a helper. */
  const executeBatches = async (id: number, fixture: FixtureText) => {
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

  const query = <T>(message: Extract<FromWorker, { type: 'nextBatch' | 'collect' }>) =>
    new Promise<T>((resolve) => {
      queries.set(message.id, resolve)
      port.post(message)
    })

  const onReply = (id: number, reply: unknown) => {
    const resolve = queries.get(id)
    queries.delete(id)
    resolve?.(reply as never)
  }

  port.onUncaught(fail)
  port.onUnreadable(() => {
    const error = new Error('a message could not be read')
    const code = unavailable(error)
    const file = code === undefined ? undefined : { code, url: scriptUrl() }
    const reason = String(error)
    port.post({ type: 'failed', reason, refusedBytes: undefined, unavailable: file })
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
  return { rpc }
}

/** What a worker does, as far as the caller's thread may ask for it without a message. */
export type Service = {
  /**
   * Answers a request that does not change the node, in this task.
   *
   * @throws a `WireError`, or a trap, with which the engine is lost.
   */
  rpc(request: RpcRequest): NodeAnswer
}

/** Request of JSON-RPC to the node. */
export type RpcRequest = Omit<RequestOf<'rpc'>, 'kind'>

type RequestOf<K extends EngineRequest['kind']> = Extract<EngineRequest, { kind: K }>

/** Milliseconds after which calls give way to pending events. */
const PAUSE_MS = 40

/** Of requests that open nothing. */
const NO_ENTROPY = '0'.repeat(32)

/** Returns the answer to a request that changes nothing; `result` is JSON. */
function answerOf(result: string): NodeAnswer {
  return { result, error: null, changed: false, interval: null, notifications: [] }
}

/** Returns the reason why the wasm of this thread is unusable; `undefined` where it is not to blame. */
function unavailable(error: unknown): 'WASM_BLOCKED_BY_CSP' | 'MODULE_MISMATCH' | undefined {
  if (!mayCompile()) return 'WASM_BLOCKED_BY_CSP'
  return error instanceof WebAssembly.LinkError ? 'MODULE_MISMATCH' : undefined
}

function openNode(engine: AnyEngine, request: RequestOf<'openNode'>): void {
  const { options, blocks, nowMs, savedChain, saved, journal } = request
  if (saved !== undefined) full(engine).restoreNode(options, saved)
  else if (savedChain !== undefined) full(engine).openSaved(options, savedChain)
  else {
    engine.openNode(options)
    if (blocks !== undefined) full(engine).importChain(blocks, nowMs)
  }
  for (const { method, params, nowMs, entropy } of journal)
    full(engine).repeat(method, params, nowMs, entropy)
}

async function replay(engine: TestingBinding, request: RequestOf<'replay'>): Promise<unknown> {
  const { block, executor, samples, sampleMs } = request
  if (typeof block === 'object' && 'synthetic' in block)
    return engine.replaySynthetic(block.synthetic, block.count, executor, samples, sampleMs)
  return engine.replay(await fixtureBytes(block), executor, samples, sampleMs)
}

/** Returns the functions that only the entry `parevm` has: a chain must not get lost because one is not there. */
function full(engine: AnyEngine): FullBinding {
  if (engine.restoreNode === undefined)
    throw new Error('invariant broken: parevm/simulate got a request for the entry parevm')
  return engine as FullBinding
}

/** Returns the functions that only the test build has. */
function testing(engine: Partial<TestingBinding>): TestingBinding {
  if (engine.replay === undefined)
    throw new Error('this request needs the test build of the repository')
  return engine as TestingBinding
}

/** Returns the URL of this script, for errors. With `import.meta` its bundle would have to be a module. */
function scriptUrl(): string {
  return globalThis.location?.href ?? 'parevm/worker'
}
