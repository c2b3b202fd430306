import { engineError } from '../error/engineError.js'
import { InvalidParameterError } from '../error/InvalidParameterError.js'
import { EvmClosedError } from '../evm/close.js'
import type { choose } from '../loader/choose.js'
import type { Host } from '../loader/host.js'
import type { NodeAnswer } from '../type/wire.js'
import { createCollection } from './collection.js'
import { EngineFailedError, type EngineHandle, type EngineInfo, startEngine } from './engine.js'
import { createJournal } from './journal.js'
import type { ChainSetup, EngineCalls, EngineRequest, FromWorker } from './message.js'
import { createPending, type Pending } from './pending.js'
import { createTurns } from './turns.js'

/**
 * Returns the owner of an engine. It never blocks, gives each worker one request after the other, and
 * replaces an engine that is lost: the request that has cost it rejects, all others go on with the next.
 *
 * The chain outlives its engine: what has changed the node is kept here, and a fresh engine repeats it.
 * What has become long is replaced by the node itself, saved as bytes.
 */
export function createSupervisor(parameters: createSupervisor.Parameters): Supervisor {
  const { host, choice, faults, chain, onAnswer, readers = 0 } = parameters
  const readerCount = choice.build === 'threads' && chain !== undefined ? readers : 0
  /** Number of the reader that is kept for what is short, where there is another. */
  const express = readerCount > 1 ? readerCount : -1
  const pending = createPending()
  const turns = createTurns(readerCount)
  const journal = createJournal()
  const collection = createCollection()
  let lastId = 0
  let compiled: Promise<WebAssembly.Module> | undefined
  let engine: EngineHandle | undefined
  let starting: Promise<EngineInfo> | undefined
  let rejectStart: ((error: unknown) => void) | undefined
  /** Ends when the workers of the engines before have ended. */
  let gone: Promise<void> = Promise.resolve()
  let reads: ReadonlySet<string> = new Set()
  /** What the engine and its readers are at, by their numbers. */
  const running: (Run | undefined)[] = []
  let closed: Promise<void> | undefined

  const compile = () => {
    compiled ??= host.compile(choice.build).catch((error: unknown) => {
      compiled = undefined
      throw error
    })
    return compiled
  }

  /** Ends the engine, of which nothing is heard any more. */
  const retire = () => {
    const retired = engine
    engine = undefined
    starting = undefined
    if (retired === undefined) return gone
    const memory = retired.memory()
    if (memory !== undefined) collection.add(memory)
    gone = Promise.all([gone, retired.stop()]).then(() => {})
    return gone
  }

  /** Ends the engine. Requests that had begun begin again on the next one, except `culprit`. */
  const replace = (error: unknown, culprit?: number) => {
    void retire()
    for (const run of running.splice(0)) {
      if (run === undefined) continue
      clearTimeout(run.overdue)
      if (run.id <= OPENING) continue
      const isBlamed = run.id === culprit || pending.lose(run.id) > MOST_LOSSES
      // Of a block receipts may have been delivered; a request of the node leaves nothing behind.
      if (isBlamed || pending.get(run.id)?.request.kind !== 'rpc') {
        turns.end(run.id, performance.now() - run.begunMs)
        pending.reject(run.id, error)
      } else turns.back(run.id)
    }
    pump()
  }

  /** No engine can be had: nothing that waits can be served. */
  const fail = (error: unknown) => {
    void retire()
    running.splice(0)
    rejectStart?.(error)
    for (const id of pending.ids()) turns.end(id, 0)
    pending.rejectAll(error)
  }

  const launch = async (): Promise<EngineInfo> => {
    const module = await compile()
    await gone
    await collection.wait()
    if (closed !== undefined) throw new EvmClosedError()
    return new Promise((resolve, reject) => {
      rejectStart = reject
      const started = startEngine({
        host,
        choice,
        module,
        faults,
        readers: readerCount,
        onMessage(message, runner) {
          if (started === engine) onMessage(message, runner)
        },
        onLost(error, runner) {
          if (started !== engine) return
          if (rejectStart !== undefined) return fail(error)
          replace(error, running[runner]?.id)
        },
      })
      engine = started
      const opened = (info: EngineInfo) => {
        rejectStart = undefined
        reads = info.reads
        resolve(info)
        pump()
      }
      void started.ready.then((info) => {
        if (chain === undefined) return opened(info)
        running[ENGINE] = { id: OPENING, begunMs: performance.now(), opened: () => opened(info) }
        const { saved, changes } = journal
        started.request(OPENING, { kind: 'openNode', ...chain, saved, journal: changes })
      })
    })
  }

  const onMessage: Parameters<typeof startEngine>[0]['onMessage'] = (message, runner) => {
    switch (message.type) {
      case 'progress':
        return pending.progress(message.id, message.settled, message.total)
      case 'receipts':
        return pending.receipts(message.id, message.first, message.receipts)
      case 'result':
      case 'error':
        return finish(message, runner)
    }
  }

  /** A runner has ended what it was given. */
  const finish = (message: Extract<FromWorker, { type: 'result' | 'error' }>, runner: number) => {
    const run = running[runner]
    if (run === undefined || run.id !== message.id) return
    running[runner] = undefined
    clearTimeout(run.overdue)
    const tookMs = performance.now() - run.begunMs
    if (run.id === OPENING) {
      if (message.type === 'result') return run.opened?.()
      return fail(engineError(message.error))
    }
    if (run.id === SAVING) {
      if (message.type === 'result') journal.cut(message.result as Uint8Array, tookMs)
      return pump()
    }
    if (run.isMoved === true && isCancelled(message) && pending.get(run.id) !== undefined) {
      turns.back(run.id, true)
      return pump()
    }
    turns.end(run.id, tookMs)
    if (message.type === 'result') {
      // Before the caller hears of it, and also where the caller has stopped listening.
      if (runner === ENGINE && run.request?.kind === 'rpc')
        keep(run.request, message.result as NodeAnswer, tookMs)
      pending.resolve(run.id, message.result)
    } else pending.reject(run.id, engineError(message.error))
    pump()
  }

  /** Keeps what a fresh engine has to repeat. */
  const keep = (request: RpcRequest, answer: NodeAnswer, tookMs: number) => {
    if (answer.changed) journal.add(request, tookMs, answer.result)
    onAnswer?.(request, answer)
  }

  const give = (to: EngineHandle, runner: number, id: number, request: EngineRequest) => {
    const run: Run = { id, begunMs: performance.now(), request }
    running[runner] = run
    to.request(id, request, runner)
    if (chain !== undefined && request.kind === 'rpc') limit(run, chain.timeMs)
    if (runner === express) move(run, to)
  }

  /** Frees the express of a request that turns out to be long: it begins again on another reader. */
  const move = (run: Run, from: EngineHandle) => {
    timer(() => {
      if (running[express] !== run || from !== engine) return
      run.isMoved = true
      from.abort(run.id, express)
    }, EXPRESS_MS)
  }

  /**
   * Ends a request that the node itself does not end in time, such as one long call of a precompile, together
   * with its engine. What it would have changed is not changed.
   */
  const limit = (run: Run, timeMs: number) => {
    if (timeMs > MOST_TIMER_MS) return
    const end = () => {
      if (!running.includes(run)) return
      running[running.indexOf(run)] = undefined
      turns.end(run.id, performance.now() - run.begunMs)
      pending.resolve(run.id, lateAnswer(timeMs))
      replace(new EngineReplacedError())
      start().catch(() => {
        // Whoever asks next learns of it.
      })
    }
    // In two steps: a process that was stopped for long gives the engine the time to answer.
    run.overdue = timer(() => {
      run.overdue = timer(end, GRACE_MS)
    }, timeMs)
  }

  const start = () => {
    starting ??= launch()
    return starting
  }

  /** Gives idle runners their next requests. */
  const pump = () => {
    if (closed !== undefined) return
    const isIdle = pending.size === 0 && running.every((run) => run === undefined)
    engine?.keepAlive(!isIdle)
    if (pending.size === 0 && !(engine !== undefined && journal.isLong)) return
    const attempt = start()
    attempt.then(
      () => {
        if (attempt !== starting || engine === undefined) return
        if (running[ENGINE] === undefined && journal.isLong) {
          // The node is saved, in place of all that has changed it.
          journal.trySaving()
          give(engine, ENGINE, SAVING, { kind: 'saveNode' })
        }
        for (let runner = 0; runner <= readerCount; runner += 1) fill(engine, runner)
        if (pending.size === 0) engine.keepAlive(false)
      },
      (error) => {
        if (attempt === starting) fail(error)
      },
    )
  }

  const fill = (to: EngineHandle, runner: number) => {
    while (to === engine && running[runner] === undefined) {
      const kind = runner === express ? 'express' : 'reader'
      const id = turns.begin(runner === ENGINE ? 'engine' : kind)
      if (id === undefined) return
      const next = pending.get(id)
      if (next === undefined) {
        turns.end(id, 0)
        continue
      }
      try {
        give(to, runner, id, next.request)
      } catch (error) {
        // What cannot be cloned, such as bytes whose buffer was transferred away.
        running[runner] = undefined
        turns.end(id, 0)
        const { kind } = next.request
        const expected = 'data that can be sent to a worker'
        pending.reject(id, new InvalidParameterError(kind, expected, next.request, error))
      }
    }
  }

  const onAbort = (id: number) => {
    const runner = running.findIndex((run) => run?.id === id)
    if (runner < 0 || engine === undefined) {
      turns.end(id, 0)
      return pump()
    }
    const run = running[runner]
    engine.abort(id, runner)
    timer(() => {
      // A transaction that does not end is ended together with its worker.
      if (run !== undefined && running.includes(run)) replace(new EngineReplacedError(), id)
    }, ABORT_LIMIT_MS)
  }

  return {
    start,
    async request(request, options = {}) {
      const { signal, client = '', onProgress, onReceipts } = options
      if (closed !== undefined) throw new EvmClosedError()
      signal?.throwIfAborted()
      lastId += 1
      const id = lastId
      const asked = request as EngineRequest
      const answer = pending.add(id, asked, { signal, onProgress, onReceipts, onAbort })
      turns.add(id, client, asked.kind === 'rpc' && reads.has(asked.method))
      pump()
      return answer as Promise<never>
    },
    close() {
      closed ??= (async () => {
        const error = new EvmClosedError()
        const last = retire()
        for (const run of running.splice(0)) clearTimeout(run?.overdue)
        rejectStart?.(error)
        pending.rejectAll(error)
        await last
      })()
      return closed
    },
  }
}

export declare namespace createSupervisor {
  type Parameters = {
    host: Host
    choice: choose.Choice
    faults: boolean
    /** How the node of each engine begins; left out, there is none. */
    chain?: ChainSetup | undefined
    /** Workers of the threads build that answer reads beside the engine. @default 0 */
    readers?: number | undefined
    /** Told what the node answers, also where nobody waits for it any more. Must not throw. */
    onAnswer?: ((request: RpcRequest, answer: NodeAnswer) => void) | undefined
  }
}

/** A question to the node. */
type RpcRequest = Extract<EngineRequest, { kind: 'rpc' }>

/** The owner of an engine. */
export type Supervisor = {
  /** Starts the engine, if it does not run already. */
  start(): Promise<EngineInfo>
  /** Asks the engine; the type of the answer follows from `kind`. */
  request<K extends keyof EngineCalls>(
    request: { kind: K } & EngineCalls[K]['parameters'],
    options?: Partial<Omit<Pending.Options, 'onAbort'>> & {
      /** Who asks: clients take turns. */
      client?: string | undefined
    },
  ): Promise<EngineCalls[K]['result']>
  /** Ends all workers and rejects what is pending. */
  close(): Promise<void>
}

/** A request that a runner is at. */
type Run = {
  readonly id: number
  readonly begunMs: number
  readonly request?: EngineRequest
  /** Called when the node is open; there where this is what opens it. */
  readonly opened?: () => void
  /** Ends it where the node does not. */
  overdue?: Timer
  /** Whether it was cancelled to begin again elsewhere. */
  isMoved?: boolean
}

/** The number of the runner that owns the node; those of readers follow. */
const ENGINE = 0

/** The number of the request that opens the node. Those of callers begin at 1. */
const OPENING = 0
/** That of the request that saves it. */
const SAVING = -1

/** Milliseconds that a request may take on the express. */
const EXPRESS_MS = 50

/** A request that ran on so many engines which were lost is not run again, whoever lost them. */
const MOST_LOSSES = 2

/** An engine that has not answered by then after an abort is replaced. */
const ABORT_LIMIT_MS = 1_000

/** A node that has not ended a request by then, after the time for it, is ended itself. */
const GRACE_MS = 1_000

/** Longer ones end at once. */
const MOST_TIMER_MS = 2 ** 31 - 1

/** The engine was ended for a request that did not end: what else it was at, and cannot be run twice, ends too. */
class EngineReplacedError extends EngineFailedError {
  constructor() {
    super('it had to be ended for another request, which did not end')
  }
}

type Timer = ReturnType<typeof setTimeout>

/** As `setTimeout`, without keeping a Node.js process alive. */
function timer(run: () => void, ms: number): Timer {
  const set = setTimeout(run, ms)
  if (typeof set === 'object') set.unref()
  return set
}

/** Whether a request of the node ended without a result, as one does that was cancelled. */
function isCancelled(message: Extract<FromWorker, { type: 'result' | 'error' }>): boolean {
  return message.type === 'result' && (message.result as NodeAnswer).error !== null
}

/** What the node would have answered. */
function lateAnswer(timeMs: number): NodeAnswer {
  const error = { code: -32016, message: `the run took longer than ${timeMs} ms` }
  return {
    result: null,
    error: JSON.stringify(error),
    changed: false,
    interval: null,
    notifications: [],
  }
}
