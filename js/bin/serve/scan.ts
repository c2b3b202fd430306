/**
 * Scans a JSON document once, without recursion and without building values. Nesting is bounded. The content of skipped
 * values is not validated.
 *
 * @param bytes - Document in UTF-8.
 * @param depth - Deepest nesting of lists and objects.
 */
export function createScanner(bytes: Uint8Array, depth: number): Scanner {
  const { length } = bytes
  let at = 0

  const skipSpace = () => {
    // A local variable stays in a register.
    let next = at
    while (next < length && isSpace(bytes[next])) next += 1
    at = next
  }

  const skipWord = () => {
    const start = at
    let next = at
    while (next < length && !endsWord(bytes[next])) next += 1
    at = next
    const isWord = next - start <= LONGEST_WORD && WORD.test(ascii(bytes.subarray(start, next)))
    if (!isWord) throw new EnvelopeError(NOT_JSON)
  }

  return {
    next() {
      skipSpace()
      return bytes[at]
    },
    take(byte) {
      skipSpace()
      if (bytes[at] !== byte) return false
      at += 1
      return true
    },
    skip(above) {
      skipSpace()
      const start = at
      const byte = bytes[at]
      if (byte === QUOTE) at = endOfString(bytes, at)
      else if (byte === LIST || byte === OBJECT) at = endOfNested(bytes, at, depth, above)
      else skipWord()
      return start
    },
    get at() {
      return at
    },
  }
}

/** Returns the position after the string at `start`. */
function endOfString(bytes: Uint8Array, start: number): number {
  const { length } = bytes
  for (let at = start + 1; at < length; at += 1) {
    const byte = bytes[at]
    if (byte === QUOTE) return at + 1
    if (byte === BACKSLASH) at += 1
  }
  throw new EnvelopeError(NOT_JSON)
}

/** Returns the position after the list or object at `start`, nested in `above` others. */
function endOfNested(bytes: Uint8Array, start: number, depth: number, above: number): number {
  const { length } = bytes
  /** Expected closing brackets, the innermost last. */
  const open = new Uint8Array(Math.max(depth - above, 0))
  let levels = 0
  for (let at = start; at < length; at += 1) {
    const byte = bytes[at]
    if (byte === QUOTE) at = endOfString(bytes, at) - 1
    else if (byte === LIST || byte === OBJECT) {
      if (levels === open.length)
        throw new EnvelopeError(`more than ${depth} lists and objects in each other`)
      // The code of a closing bracket is that of the opening one plus two.
      open[levels] = byte + 2
      levels += 1
    } else if (byte === END_LIST || byte === END_OBJECT) {
      levels -= 1
      if (open[levels] !== byte) throw new EnvelopeError(NOT_JSON)
      if (levels === 0) return at + 1
    }
  }
  throw new EnvelopeError(NOT_JSON)
}

export type Scanner = {
  /** Returns the next byte that is not a space without consuming it; `undefined` at the end. */
  next(): number | undefined
  /** Consumes this byte if it is next. */
  take(byte: number): boolean
  /**
   * Consumes a value and returns its start; its end is {@link Scanner.at}.
   *
   * @param above - Number of lists and objects around the value.
   * @throws {@link EnvelopeError} There is no value, or it is nested too deep.
   */
  skip(above: number): number
  /** Position in the document, in bytes. */
  readonly at: number
}

export const QUOTE = 0x22
export const COMMA = 0x2c
export const COLON = 0x3a
export const LIST = 0x5b
export const END_LIST = 0x5d
export const OBJECT = 0x7b
export const END_OBJECT = 0x7d
const BACKSLASH = 0x5c

export const NOT_JSON = 'not JSON'

/** Longest number or literal outside of parameters, in characters. */
const LONGEST_WORD = 1_000
const WORD = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)$/

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

function endsWord(byte: number | undefined): boolean {
  return isSpace(byte) || byte === COMMA || byte === END_LIST || byte === END_OBJECT
}

function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

/** A text is neither a request nor a batch of JSON-RPC. */
export class EnvelopeError extends SyntaxError {
  override readonly name = 'EnvelopeError'
  /** Code of JSON-RPC. */
  readonly code: number
  constructor(message: string, code = -32700) {
    super(message)
    this.code = code
  }
}
