import { BaseError } from '../error/BaseError.js'
import { ModuleUnavailableError } from '../error/ModuleUnavailableError.js'
import { WorkerUnavailableError } from '../error/WorkerUnavailableError.js'
import type { choose } from '../loader/choose.js'
import type { Host, WorkerHandle } from '../loader/host.js'
import { createHandout, type Handout } from './handout.js'
import type { EngineRequest, FromWorker, WorkerRole } from './message.js'

/**
 * Starts the workers of one engine: one that answers requests and, with threads, a pool that
 * executes and readers that answer reads beside it. Those of the threads build share one memory; in the
 * single build each has its own, there are no readers, and the others help the first where a block has an
 * access list. All share one fate: when one is lost, all are.
 *
 * What runs a request has a number: 0 for the engine, from 1 on for readers.
 *
 * @throws {@link EngineFailedError} The host gives no memory or no workers.
 */
export function startEngine(parameters: startEngine.Parameters): EngineHandle {
  const { host, choice, module, faults, onMessage } = parameters
  const readers = choice.build === 'threads' ? parameters.readers : 0
  let memory =
    choice.build === 'threads'
      ? sharedMemory(host.memoryPages ?? (readers > 0 ? MOST_PAGES_WITH_READERS : MOST_PAGES))
      : undefined
  const workers: WorkerHandle[] = []
  const handout = createHandout()
  let waiting = 0
  let over = false
  /** Of the engine and of each reader, by number. */
  const runners: WorkerHandle[] = []
  const cancelFlags: number[] = []
  let reads: ReadonlySet<string> = new Set()
  let finishStart: (info: EngineInfo) => void
  const ready = new Promise<EngineInfo>((resolve) => {
    finishStart = resolve
  })

  const stop = async () => {
    over = true
    clearTimeout(deadline)
    // An error of this engine that somebody keeps must not keep its memory, by the functions on its stack.
    memory = undefined
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
  const lose = (error: BaseError, runner = 0) => {
    if (over) return
    parameters.onLost(error, runner)
  }
  const deadline = setTimeout(
    () => lose(new EngineFailedError(`it did not start within ${START_LIMIT_MS} ms`, BUSY)),
    START_LIMIT_MS,
  )

  /** @param runner - Its number; that of the engine for what executes for it. */
  const spawn = (role: WorkerRole, name: string, runner = 0) => {
    const worker = host.spawn({
      name,
      onDeath: (cause) =>
        lose(cause instanceof BaseError ? cause : new WorkerDiedError(role, cause), runner),
      onMessage(message) {
        if (over) return
        if (message.type === 'failed') return lose(failure(message), runner)
        if (isOfHandout(message)) return handout.hear(worker, message)
        if (message.type === 'result' || message.type === 'error') handout.end()
        if (message.type !== 'ready') return onMessage(message, runner)
        if (role !== 'pool') cancelFlags[runner] = message.cancelAddress
        if (role === 'engine') {
          reads = new Set(message.reads)
          spawnOthers()
        }
        waiting -= 1
        if (waiting > 0) return
        clearTimeout(deadline)
        finishStart({ version: message.version, reads })
      },
    })
    waiting += 1
    workers.push(worker)
    worker.post({
      type: 'start',
      role,
      reader: Math.max(0, runner - 1),
      readers,
      build: choice.build,
      module,
      memory,
      threads: choice.threads,
      faults,
    })
    return worker
  }

  /** Not before the engine has taken its memory: a worker needs some for its stack. */
  const spawnOthers = () => {
    try {
      for (let number = 1; number <= readers; number += 1)
        runners[number] = spawn('reader', `parevm-reader-${number - 1}`, number)
      // Without a memory of its own to wait in, the engine's worker executes too.
      const count = memory === undefined ? choice.threads - 1 : choice.threads
      for (let index = 0; index < count; index += 1) spawn('pool', `parevm-pool-${index}`)
    } catch (cause) {
      lose(refusal(cause))
    }
  }
  const spawnEngine = () => {
    try {
      return spawn('engine', 'parevm-engine')
    } catch (cause) {
      void stop()
      throw refusal(cause)
    }
  }
  const engine = spawnEngine()
  runners[0] = engine

  const setFlag = (runner: number, value: 0 | 1) => {
    const address = cancelFlags[runner]
    if (memory !== undefined && address !== undefined)
      Atomics.store(new Uint8Array(memory.buffer), address, value)
  }
  return {
    ready,
    memory: () => memory,
    request(id, request, runner = 0) {
      setFlag(runner, 0)
      runners[runner]?.post({ type: 'request', id, request })
      if (memory !== undefined || request.kind !== 'executeBlock') return
      const helpers = workers.slice(1)
      if (request.options.executor === 'bal') handout.begin(id, request.fixture, helpers)
    },
    abort(id, runner = 0) {
      setFlag(runner, 1)
      if (memory !== undefined) return
      engine.post({ type: 'abort', id })
      handout.end()
    },
    keepAlive(alive) {
      for (const worker of workers) worker.keepAlive(alive)
    },
    stop,
  }
}

export declare namespace startEngine {
  type Parameters = {
    host: Host
    choice: choose.Choice
    module: WebAssembly.Module
    /** Whether the engine may be broken on purpose. */
    faults: boolean
    /** Workers of the threads build that answer reads. */
    readers: number
    onMessage(
      message: Exclude<FromWorker, { type: 'ready' | 'failed' | Handout.Kind }>,
      runner: number,
    ): void
    /** Called at most once: the engine is of no use any more, by what the runner of this number did. */
    onLost(error: BaseError, runner: number): void
  }
}

/** A running engine and its pool. */
export type EngineHandle = {
  /** Resolves when all workers are ready. Stays pending if the engine is lost before. */
  readonly ready: Promise<EngineInfo>
  /** Returns the memory that all workers share, until it is stopped; the single build has none. */
  memory(): WebAssembly.Memory | undefined
  /** Sends a request to a runner, which must have answered the one before. */
  request(id: number, request: EngineRequest, runner?: number): void
  /** Asks a runner to end its request soon. It still answers. */
  abort(id: number, runner?: number): void
  keepAlive(alive: boolean): void
  /** Ends all workers; resolves when they run no more. */
  stop(): Promise<void>
}

/** What an engine says of itself. */
export type EngineInfo = {
  readonly version: string
  /** Methods that readers can answer. */
  readonly reads: ReadonlySet<string>
}

function isOfHandout(message: FromWorker): message is Extract<FromWorker, { type: Handout.Kind }> {
  return ['pieces', 'next', 'chunk', 'gather'].includes(message.type)
}

/** A worker that is not ready by then never will be. */
const START_LIMIT_MS = 30_000

/** Pages of 64 KiB: at least what the module declares. The engine takes the rest when it starts. */
const FIRST_PAGES = 256
/** 512 MiB, of which only what is written is used. */
const MOST_PAGES = 8_192
/** 1 GiB, the most that the module takes: readers share it with the engine. */
const MOST_PAGES_WITH_READERS = 16_384

function sharedMemory(maximum = MOST_PAGES): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: FIRST_PAGES, maximum, shared: true })
  } catch (cause) {
    throw new EngineFailedError('there is no room for its shared memory', NO_ROOM, cause)
  }
}

function failure(message: Extract<FromWorker, { type: 'failed' }>): BaseError {
  const { reason, refusedBytes, unavailable } = message
  if (unavailable !== undefined)
    return new ModuleUnavailableError(unavailable.code, unavailable.url, new Error(reason))
  return refusedBytes === undefined
    ? new EngineFailedError(reason, REPORT)
    : new OutOfMemoryError(refusedBytes)
}

/** What a host throws that does not say more than that it starts no worker. */
function refusal(cause: unknown): BaseError {
  return cause instanceof BaseError
    ? cause
    : new WorkerUnavailableError('WORKER_UNAVAILABLE', import.meta.url, cause)
}

const REPORT = 'The next call starts a fresh engine. If this happens again, please report it.'
const BUSY =
  'The machine may be too busy, or a file that a worker imports is not there (docs/troubleshooting.md).'
const NO_ROOM = "Close other engines or pages, or ask for `build: 'single'`, which reserves none."

/** The engine needs more memory than it may have: 512 MiB with threads, 4 GiB without. */
export class OutOfMemoryError extends BaseError {
  override readonly name = 'OutOfMemoryError'
  readonly code = 'OUT_OF_MEMORY'
  /** Bytes that it asked for last, and did not get. */
  readonly bytes: number
  constructor(bytes: number) {
    super(`The engine is out of memory: it asked for ${bytes} more bytes.`, {
      data: { bytes },
      hint: "Ask for less at once; `build: 'single'` may have more. The next call starts a fresh engine.",
    })
    this.bytes = bytes
  }
}

/** A worker of the engine ended although nobody asked it to. */
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

/** The engine panicked, trapped or did not start. */
export class EngineFailedError extends BaseError {
  override readonly name = 'EngineFailedError'
  readonly code = 'ENGINE_FAILED'
  constructor(reason: string, hint = 'The next call starts a fresh engine.', cause?: unknown) {
    super(`The engine failed: ${reason}.`, { cause, data: { reason }, hint })
  }
}
