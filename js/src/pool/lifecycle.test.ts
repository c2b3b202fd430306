import { expect, test } from 'vitest'
import { EngineFailedError } from './engine.js'
import { stepLifecycle } from './lifecycle.js'

type Phase = stepLifecycle.Phase
type Event = stepLifecycle.Event
type Effect = stepLifecycle.Effect

const error = new EngineFailedError('a panic')
const info = { version: '1', reads: new Set(['eth_call']) }

/** One event of each type. */
const events: { [E in Event as E['type']]: E } = {
  demand: { type: 'demand' },
  prepared: { type: 'prepared' },
  ready: { type: 'ready', info },
  opened: { type: 'opened', info },
  failed: { type: 'failed', error },
  lost: { type: 'lost', error, culprit: 7 },
  overdue: { type: 'overdue', error },
  close: { type: 'close', error },
}

const stop: Effect = { type: 'stopWorkers' }
const prepare: Effect = { type: 'prepare' }
const dispatch: Effect = { type: 'dispatch' }
const rejectAll: Effect = { type: 'rejectAll', error }

/** Next phase and effects of a cell; `impossible` where the event cannot occur in the phase. */
type Cell = readonly [Phase, ...Effect[]] | typeof impossible
const impossible = 'impossible'

const table: { [P in Phase]: { [E in Event['type']]: Cell } } = {
  idle: {
    demand: ['preparing', prepare],
    prepared: impossible,
    ready: impossible,
    opened: impossible,
    failed: impossible,
    lost: impossible,
    overdue: impossible,
    close: ['closed', rejectAll],
  },
  preparing: {
    demand: ['preparing'],
    prepared: ['starting', { type: 'startWorkers' }],
    ready: impossible,
    opened: impossible,
    failed: ['idle', rejectAll],
    lost: impossible,
    overdue: impossible,
    close: ['closed', rejectAll],
  },
  starting: {
    demand: ['starting'],
    prepared: impossible,
    ready: ['opening', { type: 'openNode', info }],
    opened: impossible,
    failed: ['idle', rejectAll],
    lost: ['idle', stop, rejectAll],
    overdue: impossible,
    close: ['closed', stop, rejectAll],
  },
  opening: {
    demand: ['opening'],
    prepared: impossible,
    ready: impossible,
    opened: ['serving', { type: 'resolveStart', info }, dispatch],
    failed: ['idle', stop, rejectAll],
    lost: ['idle', stop, rejectAll],
    overdue: impossible,
    close: ['closed', stop, rejectAll],
  },
  serving: {
    demand: ['serving'],
    prepared: impossible,
    ready: impossible,
    opened: impossible,
    failed: impossible,
    lost: ['idle', stop, { type: 'displaceRequests', error, culprit: 7 }, dispatch],
    overdue: ['preparing', stop, { type: 'displaceRequests', error, culprit: undefined }, prepare],
    close: ['closed', stop, rejectAll],
  },
  closed: {
    demand: impossible,
    prepared: ['closed'],
    ready: impossible,
    opened: impossible,
    failed: ['closed'],
    lost: impossible,
    overdue: impossible,
    close: impossible,
  },
}

const cells = Object.entries(table).flatMap(([phase, row]) =>
  Object.entries(row).map(([type, cell]) => [phase as Phase, type as Event['type'], cell] as const),
)

test.each(cells)('%s, event %s', (phase, type, cell) => {
  const step = () => stepLifecycle(phase, events[type])
  if (cell === impossible)
    return expect(step).toThrow(
      `invariant broken: event \`${type}\` in phase \`${phase}\` of the engine`,
    )
  const [next, ...effects] = cell
  expect(step()).toEqual({ phase: next, effects })
})
