/**
 * Parses a JSON text. Integers above 2^53 - 1 are bigints.
 *
 * @throws SyntaxError, as `JSON.parse`.
 */
export function decodeJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  if (!MAY_HOLD_LARGE.test(text)) return value
  const marked = text.replace(STRING_OR_NUMBER, (token) =>
    INTEGER.test(token) && !Number.isSafeInteger(Number(token)) ? `"${MARK}${token}"` : token,
  )
  return JSON.parse(marked, (_, held: unknown) =>
    typeof held === 'string' && MARKED.test(held) ? BigInt(held.slice(1)) : held,
  )
}

/** Cheap test for sixteen digits outside of most strings; false for nearly every text. */
const MAY_HOLD_LARGE = /(?:^|[[:,\s])-?\d{16}/

const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
const INTEGER = /^-?\d+$/

/** Prefix of a string that stands for a bigint. */
const MARK = '\\u0000'
// A prefix that no other string has.
const MARKED = /^\0-?\d+$/
