import { BaseError } from '../error/BaseError.js'
import { ModuleUnavailableError } from '../error/ModuleUnavailableError.js'
import { WorkerUnavailableError } from '../error/WorkerUnavailableError.js'
import type { choose } from '../loader/choose.js'
import type { Host, WorkerHandle } from '../loader/host.js'
import type { EngineRequest, FromWorker, WorkerRole } from './message.js'
import type { Service } from './service.js'
import { createWorkQueue, type WorkQueue } from './workQueue.js'

/**
 * Starts the workers of one engine. With threads: one that runs requests, a pool that executes for it, and readers
 * that answer reads beside it, all on one shared memory. In the single build each worker has a memory of its own,
 * there are no readers, and the pool are helpers with blocks that have an access list. When one worker is lost,
 * the engine is.
 *
 * Runners, the workers that run requests, have numbers: 0 is the engine, readers follow.
 *
 * @throws {@link EngineFailedError} There is no room for the shared memory.
 * @throws {@link WorkerUnavailableError} The host starts no worker.
 */
export function startEngine(parameters: startEngine.Parameters): EngineHandle {
  const { host, choice, module, faults, onMessage } = parameters
  const readers = choice.build === 'threads' ? parameters.readers : 0
  let memory =
    choice.build === 'threads'
      ? createMemory(host.memoryPages ?? (readers > 0 ? MAX_PAGES_WITH_READERS : MAX_PAGES))
      : undefined
  const workers: WorkerHandle[] = []
  const workQueue = createWorkQueue()
  /** Workers that are not ready. */
  let startingCount = 0
  let isStopped = false
  /** Runners by number. */
  const runners: WorkerHandle[] = []
  /** Addresses of the cancel flags of runners, by number. */
  const cancelAddresses: number[] = []
  let reads: ReadonlySet<string> = new Set()

  const stop = async () => {
    isStopped = true
    clearTimeout(deadline)
    // An error of this engine may outlive it; the functions on its stack must not keep the memory.
    memory = undefined
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
  const lose = (error: unknown, runner = 0) => {
    if (!isStopped) parameters.onLost(error, runner)
  }
  const deadline = setTimeout(
    () =>
      lose(new EngineFailedError(`it did not start within ${START_LIMIT_MS} ms`, SLOW_START_HINT)),
    START_LIMIT_MS,
  )

  const place = choice.worker ? host.spawn : host.spawnHere
  /**
   * Starts a worker, whose script loads while the module compiles and the engine starts.
   *
   * @param runner - Number of the runner; that of the engine for a worker of its pool.
   */
  const spawn = (role: WorkerRole, name: string, runner = 0): Starting => {
    const worker = place({
      name,
      onDeath: (cause) =>
        lose(cause instanceof BaseError ? cause : new WorkerDiedError(role, cause), runner),
      onMessage(message) {
        if (isStopped) return
        if (message.type === 'failed') return lose(failureOf(message), runner)
        if (isOfWorkQueue(message)) return workQueue.receive(worker, message)
        if (message.type === 'result' || message.type === 'error') workQueue.end()
        if (message.type !== 'ready') return onMessage(message, runner)
        if (role !== 'pool') cancelAddresses[runner] = message.cancelAddress
        if (role === 'engine') {
          reads = new Set(message.reads)
          for (const { start } of others) start()
        }
        startingCount -= 1
        if (startingCount > 0) return
        clearTimeout(deadline)
        parameters.onReady({ version: message.version, reads })
      },
    })
    startingCount += 1
    workers.push(worker)
    const start = () =>
      void module.then(
        (compiled) => {
          if (isStopped) return
          worker.post({
            type: 'start',
            role,
            reader: Math.max(0, runner - 1),
            readers,
            build: choice.build,
            module: compiled,
            memory,
            threads: choice.threads,
            faults,
          })
        },
        (error) => lose(error),
      )
    return { worker, start }
  }

  /** Workers that start once the engine has taken its memory: they need some of the rest for their stacks. */
  const others: Starting[] = []
  const spawnAll = () => {
    try {
      const first = spawn('engine', 'parevm-engine')
      for (let number = 1; number <= readers; number += 1) {
        const reader = spawn('reader', `parevm-reader-${number - 1}`, number)
        runners[number] = reader.worker
        others.push(reader)
      }
      // In the single build the engine's worker executes too: it does not block.
      const count = memory === undefined ? choice.threads - 1 : choice.threads
      for (let index = 0; index < count; index += 1)
        others.push(spawn('pool', `parevm-pool-${index}`))
      return first
    } catch (cause) {
      void stop()
      throw spawnError(cause)
    }
  }
  const { worker: engine, start } = spawnAll()
  runners[0] = engine
  start()

  const setFlag = (runner: number, value: 0 | 1) => {
    const address = cancelAddresses[runner]
    if (memory !== undefined && address !== undefined)
      Atomics.store(new Uint8Array(memory.buffer), address, value)
  }
  return {
    memory: () => memory,
    get service() {
      return engine.service
    },
    request(id, request, runner = 0) {
      setFlag(runner, 0)
      runners[runner]?.post({ type: 'request', id, request })
      if (memory !== undefined || request.kind !== 'executeBlock') return
      const helpers = workers.slice(1)
      if (request.options.executor === 'bal') workQueue.start(id, request.fixture, helpers)
    },
    abort(id, runner = 0) {
      setFlag(runner, 1)
      if (memory !== undefined) return
      engine.post({ type: 'abort', id })
      workQueue.end()
    },
    keepAlive(isAlive) {
      for (const worker of workers) worker.keepAlive(isAlive)
    },
    stop,
  }
}

export declare namespace startEngine {
  type Parameters = {
    host: Host
    choice: choose.Choice
    module: Promise<WebAssembly.Module>
    /** Whether the engine serves requests that break it. Only for tests. */
    faults: boolean
    /** Workers of the threads build that answer reads. */
    readers: number
    /** Called once, when all workers are ready; not if the engine is lost before. */
    onReady(info: EngineInfo): void
    onMessage(
      message: Exclude<FromWorker, { type: 'ready' | 'failed' | WorkQueue.MessageType }>,
      runner: number,
    ): void
    /** Called when the engine is lost, by the runner of this number. */
    onLost(error: unknown, runner: number): void
  }
}

/** Engine with its workers. */
export type EngineHandle = {
  /** Returns the shared memory until the engine is stopped; the single build has none. */
  memory(): WebAssembly.Memory | undefined
  /** Service of the engine where it runs in the caller's thread. */
  readonly service: Service | undefined
  /** Sends a request to an idle runner. */
  request(id: number, request: EngineRequest, runner?: number): void
  /** Cancels the request of a runner, which still answers. */
  abort(id: number, runner?: number): void
  /** Sets whether the workers keep a Node.js process alive. */
  keepAlive(isAlive: boolean): void
  /** Stops all workers; resolves once they have ended. */
  stop(): Promise<void>
}

/** Worker whose script loads, with the function that makes it part of the engine. */
type Starting = { readonly worker: WorkerHandle; start(): void }

/** Properties of a started engine. */
export type EngineInfo = {
  readonly version: string
  /** Methods that readers can answer. */
  readonly reads: ReadonlySet<string>
}

function isOfWorkQueue(message: FromWorker): message is WorkQueue.Message {
  return ['batches', 'nextBatch', 'partialResult', 'collect'].includes(message.type)
}

/** Milliseconds in which all workers must be ready. */
const START_LIMIT_MS = 30_000

/** Pages of 64 KiB that the module declares at least. The engine grows to the maximum when it starts. */
const INITIAL_PAGES = 256
/** 512 MiB of address space; only pages that are written take memory. */
const MAX_PAGES = 8_192
/** 1 GiB, the limit of the module: readers share it with the engine. */
const MAX_PAGES_WITH_READERS = 16_384

function createMemory(maximum: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum, shared: true })
  } catch (cause) {
    throw new EngineFailedError('there is no room for its shared memory', NO_ROOM_HINT, cause)
  }
}

function failureOf(message: Extract<FromWorker, { type: 'failed' }>): BaseError {
  const { reason, refusedBytes, unavailable } = message
  if (unavailable !== undefined)
    return new ModuleUnavailableError(unavailable.code, unavailable.url, new Error(reason))
  return refusedBytes === undefined
    ? new EngineFailedError(reason, REPORT_HINT)
    : new OutOfMemoryError(refusedBytes)
}

/** Returns the error of a host that starts no worker, as one of ours. */
function spawnError(cause: unknown): BaseError {
  return cause instanceof BaseError
    ? cause
    : new WorkerUnavailableError('WORKER_UNAVAILABLE', import.meta.url, cause)
}

const REPORT_HINT = 'The next call starts a fresh engine. If this happens again, please report it.'
const SLOW_START_HINT =
  'The machine may be too busy, or a file that a worker imports may be missing (docs/troubleshooting.md).'
const NO_ROOM_HINT =
  "Close other engines or pages, or ask for `build: 'single'`, which reserves none."

/**
 * The engine reached its memory limit: 512 MiB with threads, 4 GiB without. The caller has to ask for less, or for
 * the single build. The next call starts a fresh engine.
 */
export class OutOfMemoryError extends BaseError {
  override readonly name = 'OutOfMemoryError'
  readonly code = 'OUT_OF_MEMORY'
  /** Bytes of the allocation that was refused. */
  readonly bytes: number
  constructor(bytes: number) {
    super(`The engine is out of memory: it asked for ${bytes} more bytes.`, {
      data: { bytes },
      hint: "Split the request, or use `build: 'single'`, whose limit is higher. The next call starts a fresh engine.",
    })
    this.bytes = bytes
  }
}

/**
 * A worker of the engine ended on its own or was ended from outside, as by a browser that lacks memory. The caller
 * may retry: the next call starts a fresh engine.
 */
export class WorkerDiedError extends BaseError {
  override readonly name = 'WorkerDiedError'
  readonly code = 'WORKER_DIED'
  constructor(role: WorkerRole, cause: Error) {
    super(`A worker (${role}) of the engine died: ${cause.message}.`, {
      cause,
      data: { role },
      hint: 'The next call starts a fresh engine.',
    })
  }
}

/**
 * The engine panicked, trapped, did not start, or was replaced. The caller may retry, as the next call starts a
 * fresh engine; a panic that repeats is ours to repair.
 */
export class EngineFailedError extends BaseError {
  override readonly name = 'EngineFailedError'
  readonly code = 'ENGINE_FAILED'
  constructor(reason: string, hint = 'The next call starts a fresh engine.', cause?: unknown) {
    super(`The engine failed: ${reason}.`, { cause, data: { reason }, hint })
  }
}
