import { engineError } from '../error/engineError.js'
import { InvalidParameterError } from '../error/InvalidParameterError.js'
import type { NodeAnswer } from '../type/wire.js'
import { EngineFailedError, type EngineHandle, type startEngine } from './engine.js'
import { createFairQueue } from './fairQueue.js'
import { createJournal } from './journal.js'
import type { ChainSetup, EngineRequest } from './message.js'
import { createPending, type Pending } from './pending.js'
import { stepRunner } from './runner.js'

/**
 * Returns the dispatcher of requests to the runners of an engine: the engine itself and its readers.
 *
 * It outlives engines. Its journal holds the changes of the node, which a fresh engine repeats. A long journal is
 * replaced by the saved node.
 *
 * Each runner is a state machine, {@link stepRunner}; this is the shell that performs its effects.
 */
export function createDispatcher(parameters: createDispatcher.Parameters): Dispatcher {
  const { chain, readers, onAnswer, onIdle, onLost, onOverdue } = parameters
  /** Number of the reader that is the express lane; with a single reader there is none. */
  const express = readers > 1 ? readers : -1
  const pending = createPending()
  const queue = createFairQueue(readers)
  const journal = createJournal()
  const runners: Runner[] = Array.from({ length: readers + 1 }, (_, number) => ({
    number,
    phase: 'idle',
    run: undefined,
  }))
  let lastId = 0
  let reads: ReadonlySet<string> = new Set()

  const start = (runner: Runner, event: StartEvent, run: Run) => {
    runner.run = run
    apply(runner, run, event)
  }

  const apply = (runner: Runner, run: Run, event: stepRunner.Event) => {
    const { phase, effects } = stepRunner(runner.phase, event)
    runner.phase = phase
    if (phase === 'idle') {
      runner.run = undefined
      clearTimeout(run.timeLimit)
    }
    for (const effect of effects) perform(effect, runner, run)
  }

  /** Applies `event` unless `run` has ended, as where a timer fires late. */
  const applyTo = (run: Run, event: stepRunner.Event) => {
    const runner = runners.find((one) => one.run === run)
    if (runner !== undefined) apply(runner, run, event)
  }

  const perform = (effect: stepRunner.Effect, runner: Runner, run: Run) => {
    const { id, request } = run
    switch (effect.type) {
      case 'send':
        return send(runner, run)
      case 'cancel':
        return run.engine.abort(id, runner.number)
      case 'startAbortTimer':
        startTimer(() => applyTo(run, { type: 'abortLimit' }), ABORT_LIMIT_MS)
        return
      case 'endTurn':
        return queue.end(id, durationMs(run))
      case 'requeue':
        return queue.requeue(id)
      case 'requeueAsLong':
        return queue.requeue(id, { isLong: true })
      case 'recordChange':
        if (runner.number === ENGINE && request.kind === 'rpc') {
          const answer = effect.result as NodeAnswer
          if (answer.changed) journal.add(request, durationMs(run), answer.result)
          onAnswer?.(request, answer)
        }
        return
      case 'resolve':
        return pending.resolve(id, effect.result)
      case 'reject':
        return pending.reject(id, effect.error)
      case 'nodeOpened':
        return run.onOpened?.()
      case 'nodeFailed':
        return run.onFailed?.(effect.error)
      case 'truncateJournal':
        return journal.truncate(effect.result as Uint8Array, durationMs(run))
      case 'replaceEngine':
        return onLost(new EngineReplacedError())
      case 'restartEngine':
        return onOverdue(new EngineReplacedError())
      case 'dispatch':
        return onIdle()
    }
  }

  const send = (runner: Runner, run: Run) => {
    const { id, request, engine } = run
    try {
      engine.request(id, request, runner.number)
    } catch (cause) {
      // Data that cannot be cloned, such as bytes whose buffer was transferred away.
      const expected = 'data that can be sent to a worker'
      const error = new InvalidParameterError(request.kind, expected, request, cause)
      return apply(runner, run, { type: 'unsendable', error })
    }
    if (request.kind !== 'rpc') return
    if (chain !== undefined) startTimeLimit(run, chain.timeMs)
    if (runner.number === express)
      startTimer(() => applyTo(run, { type: 'expressLimit' }), EXPRESS_LIMIT_MS)
  }

  /** Only for requests that the node does not end itself, such as one long call of a precompile. */
  const startTimeLimit = (run: Run, timeMs: number) => {
    if (timeMs > MAX_TIMER_MS) return
    // In two steps: a process that was stopped for long gives the engine the time to answer.
    run.timeLimit = startTimer(() => {
      const onLimit = () => applyTo(run, { type: 'timeLimit', result: overdueAnswer(timeMs) })
      run.timeLimit = startTimer(onLimit, GRACE_MS)
    }, timeMs)
  }

  /** Assigns requests to `runner` until it runs one, or none is left for it. */
  const fill = (runner: Runner, engine: EngineHandle) => {
    const worker = runner.number === express ? 'express' : 'reader'
    while (runner.phase === 'idle') {
      const id = queue.claim(runner.number === ENGINE ? 'engine' : worker)
      if (id === undefined) return
      const request = pending.get(id)?.request
      if (request === undefined) queue.end(id, 0)
      else start(runner, { type: 'run' }, createRun(id, request, engine))
    }
  }

  /** Whether the next engine may run a request again that this engine has not ended. */
  const isRepeatable = ({ id }: Run, culprit: number | undefined) => {
    if (id === culprit || pending.countLoss(id) > MAX_LOSSES) return false
    // Receipts of a block may have been delivered; a request of the node leaves nothing behind.
    return pending.get(id)?.request.kind === 'rpc'
  }

  /** Applies to all running requests the event that `eventOf` returns for each. */
  const applyToAll = (eventOf: (run: Run) => stepRunner.Event) => {
    for (const runner of runners)
      if (runner.run !== undefined) apply(runner, runner.run, eventOf(runner.run))
  }

  return {
    get size() {
      return pending.size
    },
    get isIdle() {
      return pending.size === 0 && runners.every(({ phase }) => phase === 'idle')
    },
    get isSaveDue() {
      return journal.isLong
    },
    idOn: (number) => runners[number]?.run?.id,
    add(request, { signal, client = '', onProgress, onReceipts }) {
      lastId += 1
      const id = lastId
      const onAbort = () => {
        const run = runners.find((one) => one.run?.id === id)?.run
        if (run !== undefined) return applyTo(run, { type: 'abort' })
        queue.end(id, 0)
        onIdle()
      }
      const answer = pending.add(id, request, { signal, onProgress, onReceipts, onAbort })
      queue.add(id, client, request.kind === 'rpc' && reads.has(request.method))
      return answer
    },
    setReads(methods) {
      reads = methods
    },
    open(engine, setup, onOpened, onFailed) {
      const { saved, changes } = journal
      const request = { kind: 'openNode', ...setup, saved, journal: changes } as const
      const run = { ...createRun(OPENING_ID, request, engine), onOpened, onFailed }
      start(engineOf(runners), { type: 'open' }, run)
    },
    dispatch(engine) {
      const first = engineOf(runners)
      if (first.phase === 'idle' && journal.isLong) {
        journal.startSaving()
        start(first, { type: 'save' }, createRun(SAVING_ID, { kind: 'saveNode' }, engine))
      }
      for (const runner of runners) fill(runner, engine)
    },
    receive(message, number) {
      if (message.type === 'progress')
        return pending.progress(message.id, message.committed, message.total)
      if (message.type === 'receipts')
        return pending.receipts(message.id, message.first, message.receipts)
      const runner = runners[number]
      const run = runner?.run
      if (runner === undefined || run === undefined || run.id !== message.id) return
      if (message.type === 'error')
        return apply(runner, run, { type: 'error', error: engineError(message.error) })
      const isError = run.request.kind === 'rpc' && (message.result as NodeAnswer).error !== null
      apply(runner, run, { type: isError ? 'rpcError' : 'result', result: message.result })
    },
    displace(error, culprit) {
      applyToAll((run) =>
        isRepeatable(run, culprit) ? { type: 'displaced' } : { type: 'lost', error },
      )
    },
    rejectAll(error) {
      applyToAll(() => ({ type: 'lost', error }))
      for (const id of pending.ids()) queue.end(id, 0)
      pending.rejectAll(error)
    },
  }
}

export declare namespace createDispatcher {
  type Parameters = {
    /** Initial state of the node of each engine; left out, there is none. */
    chain: ChainSetup | undefined
    /** Readers beside the engine. */
    readers: number
    /** Called with each answer of the engine, also where its caller has aborted. Must not throw. */
    onAnswer: ((request: RpcRequest, answer: NodeAnswer) => void) | undefined
    /** Called when a runner may take a request. */
    onIdle(): void
    /** Called when the engine does not end an aborted request. */
    onLost(error: EngineFailedError): void
    /** Called when the engine does not end a request at its time limit. */
    onOverdue(error: EngineFailedError): void
  }
}

/** Dispatcher of requests to runners, by number: 0 is the engine, readers follow. */
export type Dispatcher = {
  /** Requests that have not ended. */
  readonly size: number
  /** Whether no request is pending and no runner is busy. */
  readonly isIdle: boolean
  /** Whether the node should be saved in place of its journal. */
  readonly isSaveDue: boolean
  /** Returns the id of the request on a runner, if there is one. */
  idOn(runner: number): number | undefined
  /** Queues a request; resolves or rejects when it ends. */
  add(
    request: EngineRequest,
    options: Partial<Omit<Pending.Options, 'onAbort'>> & { client?: string | undefined },
  ): Promise<unknown>
  /** Sets the methods that readers can answer. */
  setReads(methods: ReadonlySet<string>): void
  /** Opens the node of an engine. */
  open(
    engine: EngineHandle,
    setup: ChainSetup,
    onOpened: () => void,
    onFailed: (error: unknown) => void,
  ): void
  /** Gives requests to the idle runners of `engine`. */
  dispatch(engine: EngineHandle): void
  /** Takes a message of a runner. */
  receive(message: Parameters<startEngine.Parameters['onMessage']>[0], runner: number): void
  /** Rejects running requests with `error`, except those that the next engine can run again. */
  displace(error: unknown, culprit: number | undefined): void
  /** Rejects all requests. */
  rejectAll(error: unknown): void
}

/** A request to the node. */
export type RpcRequest = Extract<EngineRequest, { kind: 'rpc' }>

/** A runner and its state. */
type Runner = {
  readonly number: number
  phase: stepRunner.Phase
  run: Run | undefined
}

/** One execution of a request on a runner. */
type Run = {
  readonly id: number
  readonly request: EngineRequest
  readonly engine: EngineHandle
  readonly startedMs: number
  readonly onOpened?: () => void
  readonly onFailed?: (error: unknown) => void
  timeLimit?: Timer
}

type StartEvent = Extract<stepRunner.Event, { type: 'run' | 'open' | 'save' }>

/** Number of the runner that owns the node. */
const ENGINE = 0

/** Ids of the dispatcher's own requests. Those of callers start at 1. */
const OPENING_ID = 0
const SAVING_ID = -1

/** Milliseconds that a request may take on the express lane. */
const EXPRESS_LIMIT_MS = 50

/** Engines that may be lost while they run a request; after one more it is not repeated. */
const MAX_LOSSES = 2

/** Milliseconds after an abort in which a request must end. */
const ABORT_LIMIT_MS = 1_000

/** Milliseconds beyond its time limit in which the node must end a request. */
const GRACE_MS = 1_000

/** `setTimeout` fires at once for longer delays. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** The engine was stopped to end another request. Callers may retry; nothing of the request remains. */
class EngineReplacedError extends EngineFailedError {
  constructor() {
    super('it was stopped to end another request, which exceeded its time limit or its abort')
  }
}

type Timer = ReturnType<typeof setTimeout>

/** As `setTimeout`, without keeping a Node.js process alive. */
function startTimer(onEnd: () => void, ms: number): Timer {
  const timer = setTimeout(onEnd, ms)
  if (typeof timer === 'object') timer.unref()
  return timer
}

function createRun(id: number, request: EngineRequest, engine: EngineHandle): Run {
  return { id, request, engine, startedMs: performance.now() }
}

function durationMs({ startedMs }: Run): number {
  return performance.now() - startedMs
}

function engineOf([engine]: Runner[]): Runner {
  if (engine === undefined) throw new Error('invariant broken: a dispatcher has no runner')
  return engine
}

/** Answer that the node itself gives at its time limit. */
function overdueAnswer(timeMs: number): NodeAnswer {
  const error = { code: -32016, message: `the run took longer than ${timeMs} ms` }
  return {
    result: null,
    error: JSON.stringify(error),
    changed: false,
    interval: null,
    notifications: [],
  }
}
