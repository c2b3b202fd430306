import { engineError } from '../error/engineError.js'
import { InvalidParameterError } from '../error/InvalidParameterError.js'
import { EvmClosedError } from '../evm/close.js'
import type { choose } from '../loader/choose.js'
import type { Host } from '../loader/host.js'
import type { NodeAnswer } from '../type/wire.js'
import { type EngineHandle, type EngineInfo, startEngine } from './engine.js'
import { createJournal } from './journal.js'
import type { ChainSetup, EngineCalls, EngineRequest } from './message.js'
import { createPending, type Pending } from './pending.js'

/**
 * Returns the owner of an engine. It never blocks, gives the engine one request after the other,
 * and replaces an engine that is lost: what was pending rejects, the next request starts a fresh one.
 *
 * The chain outlives its engine: what has changed the node is kept here, and a fresh engine repeats it.
 * What has become long is replaced by the node itself, saved as bytes.
 */
export function createSupervisor(parameters: createSupervisor.Parameters): Supervisor {
  const { host, choice, faults, chain, onAnswer } = parameters
  const pending = createPending()
  const journal = createJournal()
  let compiled: Promise<WebAssembly.Module> | undefined
  let engine: EngineHandle | undefined
  let starting: Promise<EngineInfo> | undefined
  let rejectStart: ((error: unknown) => void) | undefined
  let running: Pending.Request | undefined
  /** When the engine was given what is running. */
  let begunMs = 0
  let overdue: Timer | undefined
  let closed: Promise<void> | undefined

  const compile = () => {
    compiled ??= host.compile(choice.build).catch((error: unknown) => {
      compiled = undefined
      throw error
    })
    return compiled
  }

  /** Forgets the engine. Its messages are no longer heard. */
  const drop = () => {
    const dropped = engine
    engine = undefined
    starting = undefined
    running = undefined
    clearTimeout(overdue)
    return dropped
  }

  const fail = (error: unknown) => {
    drop()
    rejectStart?.(error)
    pending.rejectAll(error)
  }

  const launch = async (): Promise<EngineInfo> => {
    const module = await compile()
    if (closed !== undefined) throw new EvmClosedError()
    return new Promise((resolve, reject) => {
      rejectStart = reject
      const started = startEngine({
        host,
        choice,
        module,
        faults,
        onMessage(message) {
          if (started !== engine) return
          if (message.type === 'progress')
            return pending.progress(message.id, message.settled, message.total)
          if (message.type === 'receipts')
            return pending.receipts(message.id, message.first, message.receipts)
          if (message.id === OPENING) {
            if (message.type === 'result') return opened()
            fail(engineError(message.error))
            return void started.stop()
          }
          const asked = running
          running = undefined
          clearTimeout(overdue)
          if (message.id === SAVING) {
            if (message.type === 'result') journal.cut(message.result as Uint8Array, tookMs())
            return pump()
          }
          if (message.type === 'result') {
            // Before the caller hears of it, and also where the caller has stopped listening.
            if (asked?.request.kind === 'rpc') heed(asked.request, message.result as NodeAnswer)
            pending.resolve(message.id, message.result)
          } else pending.reject(message.id, engineError(message.error))
          if (journal.isLong) return save(started)
          pump()
        },
        onLost(error) {
          if (started === engine) fail(error)
        },
      })
      engine = started
      let info: EngineInfo
      const opened = () => {
        rejectStart = undefined
        resolve(info)
        pump()
      }
      void started.ready.then((told) => {
        info = told
        if (chain === undefined) return opened()
        const { saved, changes } = journal
        started.request(OPENING, { kind: 'openNode', ...chain, saved, journal: changes })
      })
    })
  }

  /** Keeps what a fresh engine has to repeat. */
  const heed = (request: RpcRequest, answer: NodeAnswer) => {
    if (answer.changed) journal.add(request, tookMs(), answer.result)
    onAnswer?.(request, answer)
  }

  const tookMs = () => performance.now() - begunMs

  const give = (to: EngineHandle, request: Pending.Request) => {
    running = request
    begunMs = performance.now()
    to.request(request.id, request.request)
  }

  /** Has the node saved, in place of all that has changed it. */
  const save = (of: EngineHandle) => {
    journal.trySaving()
    give(of, { id: SAVING, request: { kind: 'saveNode' } })
  }

  /**
   * Ends a request that the node itself does not end in time, such as one long call of a precompile, together
   * with its engine. What it would have changed is not changed.
   */
  const limit = (id: number, timeMs: number) => {
    if (timeMs > MOST_TIMER_MS) return
    const end = () => {
      if (running?.id !== id) return
      const { request } = running
      void drop()?.stop()
      // Nothing else is asked, and nobody hears of it, until the next engine is there to serve.
      running = { id: REPLACING, request }
      const attempt = start()
      attempt.then(
        () => {
          if (attempt !== starting) return
          running = undefined
          pending.resolve(id, lateAnswer(timeMs))
          pump()
        },
        (error) => {
          if (attempt === starting) fail(error)
        },
      )
    }
    // In two steps: a process that was stopped for long gives the engine the time to answer.
    overdue = timer(() => {
      overdue = timer(end, GRACE_MS)
    }, timeMs)
  }

  const start = () => {
    starting ??= launch()
    return starting
  }

  /** Gives the engine the next request, if it is idle and there is one. */
  const pump = () => {
    if (closed !== undefined) return
    engine?.keepAlive(pending.size > 0 || running !== undefined)
    if (running !== undefined || pending.size === 0) return
    const attempt = start()
    attempt.then(
      () => {
        const next = pending.first()
        if (attempt !== starting || engine === undefined || running !== undefined) return
        if (next === undefined) return engine.keepAlive(false)
        try {
          give(engine, next)
          if (chain !== undefined && next.request.kind === 'rpc') limit(next.id, chain.timeMs)
        } catch (error) {
          // What cannot be cloned, such as bytes whose buffer was transferred away.
          running = undefined
          const { kind } = next.request
          const expected = 'data that can be sent to a worker'
          pending.reject(next.id, new InvalidParameterError(kind, expected, next.request, error))
          pump()
        }
      },
      (error) => {
        if (attempt === starting) fail(error)
      },
    )
  }

  const onAbort = (id: number) => {
    if (id !== running?.id || engine === undefined) return pump()
    const aborted = engine
    aborted.abort(id)
    timer(() => {
      // A transaction that does not end is ended together with its worker.
      if (engine !== aborted || running?.id !== id) return
      void drop()?.stop()
      pump()
    }, ABORT_LIMIT_MS)
  }

  return {
    start,
    async request(request, options = {}) {
      const { signal, onProgress, onReceipts } = options
      if (closed !== undefined) throw new EvmClosedError()
      signal?.throwIfAborted()
      const answer = pending.add(request as EngineRequest, {
        signal,
        onProgress,
        onReceipts,
        onAbort,
      })
      pump()
      return answer as Promise<never>
    },
    close() {
      closed ??= (async () => {
        const last = drop()
        const error = new EvmClosedError()
        rejectStart?.(error)
        pending.rejectAll(error)
        await last?.stop()
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
    options?: Partial<Omit<Pending.Options, 'onAbort'>>,
  ): Promise<EngineCalls[K]['result']>
  /** Ends all workers and rejects what is pending. */
  close(): Promise<void>
}

/** The number of the request that opens the node. Those of callers begin at 1. */
const OPENING = 0
/** That of the request that saves it. */
const SAVING = -1
/** That of what was running when its engine had to be replaced. */
const REPLACING = -2

/** An engine that has not answered by then after an abort is replaced. */
const ABORT_LIMIT_MS = 1_000

/** A node that has not ended a request by then, after the time for it, is ended itself. */
const GRACE_MS = 1_000

/** Longer ones end at once. */
const MOST_TIMER_MS = 2 ** 31 - 1

type Timer = ReturnType<typeof setTimeout>

/** As `setTimeout`, without keeping a Node.js process alive. */
function timer(run: () => void, ms: number): Timer {
  const set = setTimeout(run, ms)
  if (typeof set === 'object') set.unref()
  return set
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
