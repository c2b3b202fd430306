/**
 * Returns the next phase of a runner and the effects to perform, in order. Pure: no I/O, no clock.
 *
 * A runner is a worker that takes requests, one at a time: the engine or a reader. The dispatcher performs the
 * effects and drops events of requests that have ended.
 *
 * @throws where `event` cannot occur in `phase`: an invariant broke.
 */
export function stepRunner(
  phase: stepRunner.Phase,
  event: stepRunner.Event,
): stepRunner.Transition {
  const transition = TRANSITIONS[phase][event.type] as Handler<stepRunner.Event> | undefined
  if (transition === undefined)
    throw new Error(`invariant broken: event \`${event.type}\` in phase \`${phase}\` of a runner`)
  return transition(event)
}

export declare namespace stepRunner {
  /**
   * - `idle`: takes the next request.
   * - `running`: runs the request of a caller.
   * - `moving`: a read took too long for the express lane and is cancelled; another reader runs it again.
   * - `aborting`: the caller has aborted the request; the worker has not ended it yet.
   * - `opening`: the engine opens its node.
   * - `saving`: the engine saves its node.
   */
  type Phase = 'idle' | 'running' | 'moving' | 'aborting' | 'opening' | 'saving'
  type Event =
    /** The runner gets the request of a caller. */
    | { type: 'run' }
    | { type: 'open' }
    | { type: 'save' }
    /** The request cannot be cloned for a worker. */
    | { type: 'unsendable'; error: unknown }
    | { type: 'result'; result: unknown }
    /** A result of the node that is a JSON-RPC error, as that of a cancelled request is. */
    | { type: 'rpcError'; result: unknown }
    /** An error of the engine. */
    | { type: 'error'; error: unknown }
    /** The express lane has run the request for as long as it may. */
    | { type: 'expressLimit' }
    | { type: 'abort' }
    /** An aborted request has not ended in time. */
    | { type: 'abortLimit' }
    /** The node has not ended the request at its time limit; it would have answered `result`. */
    | { type: 'timeLimit'; result: unknown }
    /** The engine is lost, and the request with it. */
    | { type: 'lost'; error: unknown }
    /** The engine is lost by another request; this one can be repeated. */
    | { type: 'displaced' }
  type Effect =
    /** Posts the request to the worker and starts the timers of its limits. */
    | { type: 'send' }
    /** Asks the worker to end the request soon. */
    | { type: 'cancel' }
    | { type: 'startAbortTimer' }
    /** Ends the request in the queue and charges its time to the client. */
    | { type: 'endTurn' }
    | { type: 'requeue' }
    /** Queues the request again; the express lane does not take it any more. */
    | { type: 'requeueAsLong' }
    /** Records how a request to the engine has changed the node. */
    | { type: 'recordChange'; result: unknown }
    | { type: 'resolve'; result: unknown }
    | { type: 'reject'; error: unknown }
    | { type: 'nodeOpened' }
    | { type: 'nodeFailed'; error: unknown }
    /** Replaces the recorded changes by the saved node. */
    | { type: 'truncateJournal'; result: unknown }
    /** Gives up the engine for this request. */
    | { type: 'replaceEngine' }
    /** Gives up the engine and starts the next one at once. */
    | { type: 'restartEngine' }
    /** Gives requests to idle runners. */
    | { type: 'dispatch' }
  type Transition = { phase: Phase; effects: readonly Effect[] }
}

type Handler<E> = (event: E) => stepRunner.Transition

type Transitions = {
  readonly [P in stepRunner.Phase]: {
    readonly [E in stepRunner.Event as E['type']]?: Handler<E>
  }
}

const to = (phase: stepRunner.Phase, ...effects: stepRunner.Effect[]): stepRunner.Transition => ({
  phase,
  effects,
})

type Result = { result: unknown }
type Failure = { error: unknown }

// Recorded before the caller can continue.
const resolve = ({ result }: Result) =>
  to(
    'idle',
    { type: 'endTurn' },
    { type: 'recordChange', result },
    { type: 'resolve', result },
    { type: 'dispatch' },
  )
const reject = ({ error }: Failure) =>
  to('idle', { type: 'endTurn' }, { type: 'reject', error }, { type: 'dispatch' })
const lose = ({ error }: Failure) => to('idle', { type: 'endTurn' }, { type: 'reject', error })
const requeue = () => to('idle', { type: 'requeue' })
const abort = () => to('aborting', { type: 'cancel' }, { type: 'startAbortTimer' })
const expire = ({ result }: Result) =>
  to('idle', { type: 'endTurn' }, { type: 'resolve', result }, { type: 'restartEngine' })

// The promise of an aborted request is rejected already; a change is recorded all the same.
const endAborted = ({ result }: Result) =>
  to('idle', { type: 'endTurn' }, { type: 'recordChange', result }, { type: 'dispatch' })

/** Cells that are absent are impossible. */
const TRANSITIONS: Transitions = {
  idle: {
    run: () => to('running', { type: 'send' }),
    open: () => to('opening', { type: 'send' }),
    save: () => to('saving', { type: 'send' }),
  },
  running: {
    unsendable: lose,
    result: resolve,
    rpcError: resolve,
    error: reject,
    expressLimit: () => to('moving', { type: 'cancel' }),
    abort,
    timeLimit: expire,
    lost: lose,
    displaced: requeue,
  },
  moving: {
    // It ended before the worker saw that it is cancelled.
    result: resolve,
    rpcError: () => to('idle', { type: 'requeueAsLong' }, { type: 'dispatch' }),
    error: reject,
    abort,
    timeLimit: expire,
    lost: lose,
    displaced: requeue,
  },
  aborting: {
    result: endAborted,
    rpcError: endAborted,
    error: () => to('idle', { type: 'endTurn' }, { type: 'dispatch' }),
    expressLimit: () => to('aborting'),
    abortLimit: () => to('idle', { type: 'endTurn' }, { type: 'replaceEngine' }),
    timeLimit: () => to('idle', { type: 'endTurn' }, { type: 'restartEngine' }),
    lost: () => to('idle', { type: 'endTurn' }),
  },
  opening: {
    unsendable: ({ error }) => to('idle', { type: 'nodeFailed', error }),
    result: () => to('idle', { type: 'nodeOpened' }),
    error: ({ error }) => to('idle', { type: 'nodeFailed', error }),
    lost: () => to('idle'),
  },
  saving: {
    result: ({ result }) => to('idle', { type: 'truncateJournal', result }, { type: 'dispatch' }),
    error: () => to('idle', { type: 'dispatch' }),
    lost: () => to('idle'),
  },
}
