import type { BaseError } from '../error/BaseError.js'
import type { EngineInfo } from './engine.js'

/**
 * Returns the next phase of the engine and the effects to perform, in order. Pure: no I/O, no clock.
 *
 * The supervisor performs the effects and drops events of engines that it has stopped.
 *
 * @throws where `event` cannot occur in `phase`: an invariant broke.
 */
export function stepLifecycle(
  phase: stepLifecycle.Phase,
  event: stepLifecycle.Event,
): stepLifecycle.Transition {
  const transition = TRANSITIONS[phase][event.type] as Handler<stepLifecycle.Event> | undefined
  if (transition === undefined)
    throw new Error(`invariant broken: event \`${event.type}\` in phase \`${phase}\` of the engine`)
  return transition(event)
}

export declare namespace stepLifecycle {
  /**
   * - `idle`: no workers. The next demand starts an engine.
   * - `preparing`: the workers of the last engine stop.
   * - `starting`: the module compiles, the workers start.
   * - `opening`: the engine opens its node.
   * - `serving`: runners take requests.
   * - `closed`: nothing starts any more.
   */
  type Phase = 'idle' | 'preparing' | 'starting' | 'opening' | 'serving' | 'closed'
  type Event =
    /** A caller needs an engine. */
    | { type: 'demand' }
    /** The workers of the last engine and their memory are gone. */
    | { type: 'prepared' }
    /** All workers are ready. */
    | { type: 'ready'; info: EngineInfo }
    /** The node is open; also sent where the engine has none. */
    | { type: 'opened'; info: EngineInfo }
    /** The module cannot be loaded, the host refuses workers, or the node cannot be opened. */
    | { type: 'failed'; error: unknown }
    /** The engine is lost, by request `culprit` where there is one. */
    | { type: 'lost'; error: unknown; culprit: number | undefined }
    /** A request exceeded its time limit, and only the end of the engine ends it. */
    | { type: 'overdue'; error: BaseError }
    | { type: 'close'; error: BaseError }
  type Effect =
    /** Waits until stopped workers and their memory are gone. */
    | { type: 'prepare' }
    | { type: 'startWorkers' }
    | { type: 'openNode'; info: EngineInfo }
    | { type: 'resolveStart'; info: EngineInfo }
    /** Stops the workers and ignores what they still send. */
    | { type: 'stopWorkers' }
    /** Rejects the request `culprit`; queues the others that ran again, where they can be repeated. */
    | { type: 'displaceRequests'; error: unknown; culprit: number | undefined }
    /** Rejects the start and every pending request. */
    | { type: 'rejectAll'; error: unknown }
    /** Gives requests to idle runners; demands an engine where there is none. */
    | { type: 'dispatch' }
  type Transition = { phase: Phase; effects: readonly Effect[] }
}

type Handler<E> = (event: E) => stepLifecycle.Transition

type Transitions = {
  readonly [P in stepLifecycle.Phase]: {
    readonly [E in stepLifecycle.Event as E['type']]?: Handler<E>
  }
}

const to = (
  phase: stepLifecycle.Phase,
  ...effects: stepLifecycle.Effect[]
): stepLifecycle.Transition => ({ phase, effects })

type Failure = { error: unknown }

/** For phases without workers. */
const rejectAll =
  (phase: 'idle' | 'closed') =>
  ({ error }: Failure) =>
    to(phase, { type: 'rejectAll', error })

const stopAndRejectAll =
  (phase: 'idle' | 'closed') =>
  ({ error }: Failure) =>
    to(phase, { type: 'stopWorkers' }, { type: 'rejectAll', error })

/** Cells that are absent are impossible. */
const TRANSITIONS: Transitions = {
  idle: {
    demand: () => to('preparing', { type: 'prepare' }),
    close: rejectAll('closed'),
  },
  preparing: {
    demand: () => to('preparing'),
    prepared: () => to('starting', { type: 'startWorkers' }),
    failed: rejectAll('idle'),
    close: rejectAll('closed'),
  },
  starting: {
    demand: () => to('starting'),
    ready: ({ info }) => to('opening', { type: 'openNode', info }),
    // `startEngine` threw, and has stopped the workers that it had started.
    failed: rejectAll('idle'),
    lost: stopAndRejectAll('idle'),
    close: stopAndRejectAll('closed'),
  },
  opening: {
    demand: () => to('opening'),
    opened: ({ info }) => to('serving', { type: 'resolveStart', info }, { type: 'dispatch' }),
    failed: stopAndRejectAll('idle'),
    lost: stopAndRejectAll('idle'),
    close: stopAndRejectAll('closed'),
  },
  serving: {
    demand: () => to('serving'),
    lost: ({ error, culprit }) =>
      to(
        'idle',
        { type: 'stopWorkers' },
        { type: 'displaceRequests', error, culprit },
        { type: 'dispatch' },
      ),
    // Restarted at once: the next request should not wait for it.
    overdue: ({ error }) =>
      to(
        'preparing',
        { type: 'stopWorkers' },
        { type: 'displaceRequests', error, culprit: undefined },
        { type: 'prepare' },
      ),
    close: stopAndRejectAll('closed'),
  },
  closed: {
    // The end of a preparation that `close` has overtaken.
    prepared: () => to('closed'),
    failed: () => to('closed'),
  },
}
