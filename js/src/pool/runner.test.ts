import { expect, test } from 'vitest'
import { stepRunner } from './runner.js'

type Phase = stepRunner.Phase
type Event = stepRunner.Event
type Effect = stepRunner.Effect

const error = new Error('a panic')
const result = { result: '"0x0"' }

/** One event of each type. */
const events: { [E in Event as E['type']]: E } = {
  run: { type: 'run' },
  open: { type: 'open' },
  save: { type: 'save' },
  unsendable: { type: 'unsendable', error },
  result: { type: 'result', result },
  rpcError: { type: 'rpcError', result },
  error: { type: 'error', error },
  expressLimit: { type: 'expressLimit' },
  abort: { type: 'abort' },
  abortLimit: { type: 'abortLimit' },
  timeLimit: { type: 'timeLimit', result },
  lost: { type: 'lost', error },
  displaced: { type: 'displaced' },
}

const send: Effect = { type: 'send' }
const cancel: Effect = { type: 'cancel' }
const startAbortTimer: Effect = { type: 'startAbortTimer' }
const endTurn: Effect = { type: 'endTurn' }
const requeue: Effect = { type: 'requeue' }
const record: Effect = { type: 'recordChange', result }
const resolve: Effect = { type: 'resolve', result }
const reject: Effect = { type: 'reject', error }
const dispatch: Effect = { type: 'dispatch' }
const replaceEngine: Effect = { type: 'replaceEngine' }
const restartEngine: Effect = { type: 'restartEngine' }

/** Next phase and effects of a cell; `impossible` where the event cannot occur in the phase. */
type Cell = readonly [Phase, ...Effect[]] | typeof impossible
const impossible = 'impossible'

const table: { [P in Phase]: { [E in Event['type']]: Cell } } = {
  idle: {
    run: ['running', send],
    open: ['opening', send],
    save: ['saving', send],
    unsendable: impossible,
    result: impossible,
    rpcError: impossible,
    error: impossible,
    expressLimit: impossible,
    abort: impossible,
    abortLimit: impossible,
    timeLimit: impossible,
    lost: impossible,
    displaced: impossible,
  },
  running: {
    run: impossible,
    open: impossible,
    save: impossible,
    unsendable: ['idle', endTurn, reject],
    result: ['idle', endTurn, record, resolve, dispatch],
    rpcError: ['idle', endTurn, record, resolve, dispatch],
    error: ['idle', endTurn, reject, dispatch],
    expressLimit: ['moving', cancel],
    abort: ['aborting', cancel, startAbortTimer],
    abortLimit: impossible,
    timeLimit: ['idle', endTurn, resolve, restartEngine],
    lost: ['idle', endTurn, reject],
    displaced: ['idle', requeue],
  },
  moving: {
    run: impossible,
    open: impossible,
    save: impossible,
    unsendable: impossible,
    result: ['idle', endTurn, record, resolve, dispatch],
    rpcError: ['idle', { type: 'requeueAsLong' }, dispatch],
    error: ['idle', endTurn, reject, dispatch],
    expressLimit: impossible,
    abort: ['aborting', cancel, startAbortTimer],
    abortLimit: impossible,
    timeLimit: ['idle', endTurn, resolve, restartEngine],
    lost: ['idle', endTurn, reject],
    displaced: ['idle', requeue],
  },
  aborting: {
    run: impossible,
    open: impossible,
    save: impossible,
    unsendable: impossible,
    result: ['idle', endTurn, record, dispatch],
    rpcError: ['idle', endTurn, record, dispatch],
    error: ['idle', endTurn, dispatch],
    expressLimit: ['aborting'],
    abort: impossible,
    abortLimit: ['idle', endTurn, replaceEngine],
    timeLimit: ['idle', endTurn, restartEngine],
    lost: ['idle', endTurn],
    displaced: impossible,
  },
  opening: {
    run: impossible,
    open: impossible,
    save: impossible,
    unsendable: ['idle', { type: 'nodeFailed', error }],
    result: ['idle', { type: 'nodeOpened' }],
    rpcError: impossible,
    error: ['idle', { type: 'nodeFailed', error }],
    expressLimit: impossible,
    abort: impossible,
    abortLimit: impossible,
    timeLimit: impossible,
    lost: ['idle'],
    displaced: impossible,
  },
  saving: {
    run: impossible,
    open: impossible,
    save: impossible,
    unsendable: impossible,
    result: ['idle', { type: 'truncateJournal', result }, dispatch],
    rpcError: impossible,
    error: ['idle', dispatch],
    expressLimit: impossible,
    abort: impossible,
    abortLimit: impossible,
    timeLimit: impossible,
    lost: ['idle'],
    displaced: impossible,
  },
}

const cells = Object.entries(table).flatMap(([phase, row]) =>
  Object.entries(row).map(([type, cell]) => [phase as Phase, type as Event['type'], cell] as const),
)

test.each(cells)('%s, event %s', (phase, type, cell) => {
  const step = () => stepRunner(phase, events[type])
  if (cell === impossible)
    return expect(step).toThrow(
      `invariant broken: event \`${type}\` in phase \`${phase}\` of a runner`,
    )
  const [next, ...effects] = cell
  expect(step()).toEqual({ phase: next, effects })
})
