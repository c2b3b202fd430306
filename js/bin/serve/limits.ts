import { quote } from '../../src/error/cut.js'
import { nearest } from '../../src/options/nearest.js'
import { UsageError, whole } from '../usage.js'

/** Limits of `parevm serve` by name, each in its unit. */
export type Limits = { readonly [name in keyof typeof LIMITS]: number }

/** Row of the table of limits. */
export type Limit = {
  readonly default: number
  /** Smallest value that `--limit` takes. @default 1 */
  readonly least?: number
  /** Largest value that `--limit` takes. */
  readonly most: number
  readonly unit:
    | 'bytes'
    | 'requests'
    | 'ms'
    | 'levels'
    | 'connections'
    | 'subscriptions'
    | 'frames'
    | 'gas'
  /** Bounded quantity. */
  readonly bounds: string
  /** Effect on the client above the limit. */
  readonly above: string
}

const MIB = 2 ** 20
/** Longest string of V8. */
const LONGEST_STRING = 2 ** 29 - 24
/** Longest delay of a timer: setTimeout fires at once for longer delays. */
const LONGEST_TIMER = 2 ** 31 - 1
const MANY = 2 ** 31 - 1
const ANY = Number.MAX_SAFE_INTEGER

/**
 * Limits of `parevm serve`, for each request or connection. Those with the prefix `client-` are for all requests of a
 * client: a WebSocket connection, or an address with an origin over HTTP.
 */
export const LIMITS = {
  body: {
    default: 5 * MIB,
    most: LONGEST_STRING,
    unit: 'bytes',
    bounds: 'body of an HTTP request, or WebSocket message',
    above: 'HTTP 413; WebSocket closed with 1009',
  },
  'client-bodies': {
    default: 32 * MIB,
    most: ANY,
    unit: 'bytes',
    bounds: 'bodies and messages of one client that are arriving, beyond the first 64 KiB of each',
    above: 'HTTP 429 with Retry-After; WebSocket closed with 1008',
  },
  bodies: {
    default: 64 * MIB,
    most: ANY,
    unit: 'bytes',
    bounds: 'bodies and messages of all clients that are arriving, beyond the first 64 KiB of each',
    above: 'HTTP 503 with Retry-After; WebSocket closed with 1013',
  },
  depth: {
    default: 256,
    least: 4,
    most: 100_000,
    unit: 'levels',
    bounds: 'nesting of lists and objects in a body',
    above: '-32700',
  },
  batch: {
    default: 1_000,
    most: 100_000,
    unit: 'requests',
    bounds: 'batch',
    above: '-32600 for the batch, of which nothing is executed',
  },
  'batch-answer': {
    default: 25_000_000,
    most: LONGEST_STRING,
    unit: 'bytes',
    bounds: 'all answers of a batch',
    above: '-32003 for the rest of the batch, which is not executed',
  },
  answer: {
    default: 25_000_000,
    most: LONGEST_STRING,
    unit: 'bytes',
    bounds: 'answer of one request',
    above: '-32003',
  },
  ahead: {
    default: 16,
    most: 1_000,
    unit: 'requests',
    bounds: 'requests of one WebSocket, or reads of one batch, that wait for the engine at once',
    above: 'the next ones wait for their turn',
  },
  'client-queue': {
    default: 2_000,
    most: MANY,
    unit: 'requests',
    bounds: 'requests of one client that are not answered yet, those in batches included',
    above: '-32005',
  },
  queue: {
    default: 10_000,
    most: MANY,
    unit: 'requests',
    bounds: 'requests of all clients that are not answered yet',
    above: '-32005',
  },
  'client-queue-bytes': {
    default: 32 * MIB,
    most: ANY,
    unit: 'bytes',
    bounds: 'text of the requests of one client that are not answered yet',
    above: '-32005',
  },
  'queue-bytes': {
    default: 64 * MIB,
    most: ANY,
    unit: 'bytes',
    bounds: 'text of the requests of all clients that are not answered yet',
    above: '-32005',
  },
  'client-answers': {
    default: 64 * MIB,
    most: ANY,
    unit: 'bytes',
    bounds: 'answers that one client has not read yet, beyond the first 64 KiB of each',
    above: '-32005 in place of the answer; WebSocket closed with 1008',
  },
  answers: {
    default: 256 * MIB,
    most: ANY,
    unit: 'bytes',
    bounds: 'answers that clients have not read yet, beyond the first 64 KiB of each',
    above: '-32005 in place of the answer; WebSocket closed with 1013',
  },
  buffer: {
    default: 16 * MIB,
    most: LONGEST_STRING,
    unit: 'bytes',
    bounds:
      'answers and notifications that wait until a WebSocket reads; a single answer may be longer',
    above: 'WebSocket closed with 1013',
  },
  'client-connections': {
    default: 256,
    most: MANY,
    unit: 'connections',
    bounds: 'connections on which one client waits for an answer; as many WebSockets',
    above: 'HTTP 429 with Retry-After, and closed',
  },
  connections: {
    default: 512,
    most: MANY,
    unit: 'connections',
    bounds: 'connections of all clients; those on which nobody waits make room for others',
    above: 'closed',
  },
  subscriptions: {
    default: 256,
    most: MANY,
    unit: 'subscriptions',
    bounds: 'subscriptions of one WebSocket',
    above: '-32005',
  },
  fragments: {
    default: 1_024,
    most: MANY,
    unit: 'frames',
    bounds: 'fragments of a WebSocket message',
    above: 'WebSocket closed with 1008',
  },
  header: {
    default: 16_384,
    least: 1_024,
    most: MIB,
    unit: 'bytes',
    bounds: 'headers of an HTTP request',
    above: 'HTTP 431, and closed',
  },
  'header-time': {
    default: 10_000,
    most: LONGEST_TIMER,
    unit: 'ms',
    bounds: 'time to the end of the headers',
    above: 'HTTP 408, and closed',
  },
  'body-time': {
    default: 30_000,
    most: LONGEST_TIMER,
    unit: 'ms',
    bounds: 'time to the end of a body or of a WebSocket message',
    above: 'HTTP 408, and closed; WebSocket closed with 1008',
  },
  'write-time': {
    default: 60_000,
    most: LONGEST_TIMER,
    unit: 'ms',
    bounds: 'time in which a client reads an answer over HTTP',
    above: 'closed',
  },
  'idle-time': {
    default: 120_000,
    most: LONGEST_TIMER,
    unit: 'ms',
    bounds: 'time between two HTTP requests on a connection',
    above: 'closed',
  },
  heartbeat: {
    default: 30_000,
    most: LONGEST_TIMER,
    unit: 'ms',
    bounds: 'time between two pings of a WebSocket, each of which is answered before the next',
    above: 'closed',
  },
  file: {
    default: 256 * MIB,
    most: 2 ** 31 - 1,
    unit: 'bytes',
    bounds: 'file that the command line names',
    above: 'exit code 2',
  },
  time: {
    default: 10_000,
    most: LONGEST_TIMER,
    unit: 'ms',
    bounds: 'time that the engine takes for one request (`limits.timeMs` of `createEvm`)',
    above: '-32016',
  },
  memory: {
    default: 512 * MIB,
    most: ANY,
    unit: 'bytes',
    bounds: 'memory that the engine takes for one request (`limits.memoryBytes` of `createEvm`)',
    above: '-32005',
  },
  gas: {
    default: 50_000_000,
    most: ANY,
    unit: 'gas',
    bounds: 'gas of one call that changes nothing (`limits.gas` of `createEvm`)',
    above: 'the call runs with this much',
  },
} as const satisfies Readonly<Record<string, Limit>>

const NAMES = Object.keys(LIMITS) as (keyof Limits)[]

/** Default limits. */
export const DEFAULTS: Limits = Object.freeze(
  Object.fromEntries(NAMES.map((name) => [name, LIMITS[name].default])) as Limits,
)

/**
 * Returns the limits of `--limit NAME=VALUE` flags, the others by default.
 *
 * @throws {@link UsageError} that names the limit: it is unknown, repeated, or has an invalid value.
 */
export function limitsOf(flags: readonly string[] = []): Limits {
  const set: Partial<Record<keyof Limits, number>> = {}
  for (const flag of flags) {
    const [, name = flag, text] = /^([^=]*)=(.*)$/s.exec(flag) ?? []
    if (!isName(name)) {
      const meant = nearest(name.slice(0, LONGEST_NAME), NAMES)
      const hint = meant === undefined ? `they are ${NAMES.join(', ')}` : `did you mean ${meant}?`
      throw new UsageError(`--limit: there is no limit ${quote(name)}; ${hint}`)
    }
    if (set[name] !== undefined) throw new UsageError(`--limit ${name} is given more than once`)
    const { least = 1, most }: Limit = LIMITS[name]
    const value = whole(text ?? '')
    if (value === undefined || value < least || value > most)
      throw new UsageError(
        `--limit ${name}= takes a whole number from ${least} to ${most}, not ${quote(text ?? '')}`,
      )
    set[name] = value
  }
  return { ...DEFAULTS, ...set }
}

/** Longest compared name of a limit, in characters. */
const LONGEST_NAME = 40

function isName(name: string): name is keyof Limits {
  return Object.hasOwn(LIMITS, name)
}

/** Returns the limits as a Markdown table. */
export function limitsTable(): string {
  const rows = NAMES.map((name) => {
    const { default: value, unit, bounds, above }: Limit = LIMITS[name]
    return `| \`${name}\` | ${value.toLocaleString('en')} ${unit} | ${bounds} | ${above} |`
  })
  return [
    '| name | default | what it bounds | above it |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
}
