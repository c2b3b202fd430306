import { MOST_ECHOED } from '../../src/error/cut.js'
import { DEFAULTS, type Limits } from './limits.js'
import {
  COLON,
  COMMA,
  createScanner,
  END_LIST,
  END_OBJECT,
  EnvelopeError,
  LIST,
  NOT_JSON,
  OBJECT,
  QUOTE,
  type Scanner,
} from './scan.js'

export { EnvelopeError } from './scan.js'

/** Request of JSON-RPC with unparsed parts. */
export type Envelope = {
  /** Name of the method, truncated where it is longer than any. */
  readonly method: string
  /** Unparsed parameters: the text of a list or an object, not fully validated. */
  readonly params: string
  /** Unparsed id; `undefined` for a notification. */
  readonly id: string | undefined
}

/** Invalid request, with the id of its answer. */
export type NoEnvelope = {
  readonly method: undefined
  readonly id: string
  /** Specific reason, if any. */
  readonly reason?: string | undefined
}

/**
 * Reads a request or a batch in linear time. Parameters and ids stay unparsed text, so that numbers keep their precision and
 * parsing costs count for the request itself.
 *
 * @throws {@link EnvelopeError} The text is not JSON, nested too deep, or a too large batch.
 */
export function readEnvelopes(
  text: string,
  { depth, batch }: Pick<Limits, 'depth' | 'batch'> = DEFAULTS,
): Envelope | NoEnvelope | (Envelope | NoEnvelope)[] {
  const document = Buffer.from(text)
  const scanner = createScanner(document, depth)
  const isBatch = scanner.next() === LIST
  const read = isBatch ? requestsOf(document, scanner, batch) : requestOf(document, scanner, 0)
  if (scanner.next() !== undefined) throw new EnvelopeError(NOT_JSON)
  return read
}

function requestsOf(document: Buffer, scanner: Scanner, most: number): (Envelope | NoEnvelope)[] {
  const requests: (Envelope | NoEnvelope)[] = []
  scanner.take(LIST)
  if (scanner.take(END_LIST)) return requests
  do {
    if (requests.length === most)
      throw new EnvelopeError(`a batch of more than ${most} requests`, -32600)
    requests.push(requestOf(document, scanner, 1))
  } while (scanner.take(COMMA))
  if (!scanner.take(END_LIST)) throw new EnvelopeError(NOT_JSON)
  return requests
}

/** Byte range of the value of a member. */
type Span = { start: number; end: number }

/** Reads the next value, nested in `above` lists. */
function requestOf(document: Buffer, scanner: Scanner, above: number): Envelope | NoEnvelope {
  if (scanner.next() !== OBJECT) {
    scanner.skip(above)
    return { method: undefined, id: 'null' }
  }
  const spans: { [name in Member]?: Span } = {}
  let members = 0
  scanner.take(OBJECT)
  if (!scanner.take(END_OBJECT)) {
    do {
      members += 1
      if (members > MOST_MEMBERS)
        throw new EnvelopeError(`a request of more than ${MOST_MEMBERS} members`, -32600)
      if (scanner.next() !== QUOTE) throw new EnvelopeError(NOT_JSON)
      const name = memberOf(document, scanner.skip(above), scanner.at)
      if (!scanner.take(COLON)) throw new EnvelopeError(NOT_JSON)
      const start = scanner.skip(above + 1)
      // The last of duplicate members counts, as in `JSON.parse`.
      if (name !== undefined) spans[name] = { start, end: scanner.at }
    } while (scanner.take(COMMA))
    if (!scanner.take(END_OBJECT)) throw new EnvelopeError(NOT_JSON)
  }
  return envelope(document, spans)
}

function envelope(document: Buffer, spans: { [name in Member]?: Span }): Envelope | NoEnvelope {
  const id = idOf(document, spans.id)
  if (typeof id === 'object') return { method: undefined, id: 'null', ...id }
  const method = methodOf(document, spans.method)
  const { params } = spans
  const isRequest = isVersion(document, spans.jsonrpc) && method !== undefined
  if (!isRequest || (params !== undefined && !'[{n'.includes(first(document, params))))
    return { method: undefined, id: id ?? 'null' }
  return { method, params: params === undefined ? '[]' : written(document, params), id }
}

/** Returns the unparsed id, or the reason why it is invalid. */
function idOf(document: Buffer, span?: Span): string | undefined | { reason?: string } {
  if (span === undefined) return undefined
  if (!/["\d\-n]/.test(first(document, span))) return {}
  if (span.end - span.start > MOST_ECHOED) return { reason: `id: more than ${MOST_ECHOED} bytes` }
  const id = written(document, span)
  parsed(id)
  return id
}

/** Returns the name of the method; `undefined` where it is not a string. */
function methodOf(document: Buffer, span?: Span): string | undefined {
  if (span === undefined || first(document, span) !== '"') return undefined
  const { start, end } = span
  if (end - start <= LONGEST_NAME) return parsed(written(document, span)) as string
  // Truncated and unparsed: the cut may be within an escape.
  return written(document, { start: start + 1, end: start + LONGEST_NAME })
}

function isVersion(document: Buffer, span?: Span): boolean {
  if (span === undefined || first(document, span) !== '"') return false
  return span.end - span.start <= LONGEST_NAME && parsed(written(document, span)) === '2.0'
}

/** Returns the known member that a quoted string names; `undefined` for others. */
function memberOf(document: Buffer, start: number, end: number): Member | undefined {
  if (end - start > LONGEST_NAME) return undefined
  const name = parsed(written(document, { start, end }))
  return MEMBERS.find((member) => member === name)
}

function written(document: Buffer, { start, end }: Span): string {
  return document.toString('utf8', start, end)
}

function first(document: Buffer, { start }: Span): string {
  return String.fromCharCode(document[start] ?? 0)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new EnvelopeError(NOT_JSON)
  }
}

const MEMBERS = ['jsonrpc', 'method', 'params', 'id'] as const
type Member = (typeof MEMBERS)[number]

/** Most members of a request, which has four. */
const MOST_MEMBERS = 32
/** Longest name of a method or member in bytes: every character may be an escape of six. */
const LONGEST_NAME = 6 * MOST_ECHOED
