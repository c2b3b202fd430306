/**
 * Walks over a JSON document once, from left to right, and makes nothing of it: no call goes deeper than the one before, and no
 * byte is read twice. Nesting is bounded; strings end where they end. What stands inside of a value that is skipped is not
 * checked any further.
 *
 * @param bytes - The document in UTF-8.
 * @param depth - Lists and objects that may lie in each other.
 */
export function createScanner(bytes: Uint8Array, depth: number): Scanner {
  const { length } = bytes
  let at = 0

  const skipSpace = () => {
    // Loops count in variables of their own, which the compiler keeps in registers.
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

/** Returns the position behind the string that begins at `start`. */
function endOfString(bytes: Uint8Array, start: number): number {
  const { length } = bytes
  for (let at = start + 1; at < length; at += 1) {
    const byte = bytes[at]
    if (byte === QUOTE) return at + 1
    if (byte === BACKSLASH) at += 1
  }
  throw new EnvelopeError(NOT_JSON)
}

/** Returns the position behind the list or object that begins at `start`, in `above` others. */
function endOfNested(bytes: Uint8Array, start: number, depth: number, above: number): number {
  const { length } = bytes
  /** The brackets that have to close, the innermost last. */
  const open = new Uint8Array(Math.max(depth - above, 0))
  let levels = 0
  for (let at = start; at < length; at += 1) {
    const byte = bytes[at]
    if (byte === QUOTE) at = endOfString(bytes, at) - 1
    else if (byte === LIST || byte === OBJECT) {
      if (levels === open.length)
        throw new EnvelopeError(`more than ${depth} lists and objects in each other`)
      // The code of a bracket that closes is that of the one that opens, and two more.
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
  /** Returns the next byte that is no space, and stays before it; `undefined` at the end. */
  next(): number | undefined
  /** Goes over this byte, if it comes next. */
  take(byte: number): boolean
  /**
   * Goes over a value and returns where it begins; it ends at {@link Scanner.at}.
   *
   * @param above - Lists and objects in which the value lies.
   * @throws {@link EnvelopeError} It is no value, or nested too deep.
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

/** Characters of a number or a literal outside of parameters. */
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

/** A text is no request and no batch of JSON-RPC. */
export class EnvelopeError extends SyntaxError {
  override readonly name = 'EnvelopeError'
  /** The code of JSON-RPC. */
  readonly code: number
  constructor(message: string, code = -32700) {
    super(message)
    this.code = code
  }
}
