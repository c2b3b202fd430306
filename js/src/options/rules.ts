import { type Rule, rule } from './shape.js'

/** Checked elsewhere, or not at all. */
export const ANY: Rule = rule('anything', () => true)

export const BOOLEAN: Rule = rule('true or false', (value) => typeof value === 'boolean')
export const TEXT: Rule = rule('a text', (value) => typeof value === 'string')
export const FUNCTION: Rule = rule('a function', (value) => typeof value === 'function')
export const ITEMS: Rule = rule('a list', (value) => Array.isArray(value))

/** Any that has what is used of one: those of other realms and of polyfills are no instances. */
export const SIGNAL: Rule = rule(
  'an AbortSignal',
  (value) => isObject(value) && 'aborted' in value && 'addEventListener' in value,
)

/** What events can be sent to, such as a window. */
export const TARGET: Rule = rule(
  'an EventTarget',
  (value) => isObject(value) && 'dispatchEvent' in value && 'addEventListener' in value,
)

/** Bytes that are still there: a buffer that was transferred away has none. */
export const BINARY: Rule = rule(
  'bytes (a Uint8Array whose buffer was not transferred away)',
  (value) => value instanceof Uint8Array && isAttached(value),
)

export const ABI: Rule = rule(
  'a list of the objects of an ABI',
  (value) => Array.isArray(value) && value.every(isObject),
)

/** Bytes of any number, in hex. */
export const BYTES: Rule = rule('bytes in hex', (value) => isHex(value) && value.length % 2 === 0)
/** A number of any size, in hex. */
export const HEX: Rule = rule('a number in hex', (value) => isHex(value) && value.length > 2)
export const ADDRESS: Rule = rule(
  '0x and 40 digits (an address is 20 bytes in hex)',
  (value) => isHex(value) && value.length === 2 + 40,
)
export const WORD: Rule = rule(
  '32 bytes in hex',
  (value) => isHex(value) && value.length === 2 + 64,
)

export const UINT64: Rule = uint(64)
export const UINT128: Rule = uint(128)
export const UINT256: Rule = uint(256)

/** Whole numbers of that many bits, as `bigint`, or as `number` where that is exact. */
function uint(bits: number): Rule {
  const expected = `a whole number from 0 to 2^${bits}-1 (a bigint, or a number that is exact)`
  return rule(expected, (value) => {
    if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0
    return typeof value === 'bigint' && value >= 0n && value < 1n << BigInt(bits)
  })
}

/** A `number` in this range. */
export function whole(least: number, most = Number.MAX_SAFE_INTEGER): Rule {
  return rule(
    `a whole number from ${least} to ${most}`,
    (value) =>
      Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  )
}

/** A `bigint` of that many bits. */
export function big(bits: number): Rule {
  return rule(
    `a bigint from 0 to 2^${bits}-1`,
    (value) => typeof value === 'bigint' && value >= 0n && value < 1n << BigInt(bits),
  )
}

export function oneOf(...names: readonly string[]): Rule {
  return rule(`one of ${names.join(', ')}`, (value) => names.includes(value as string))
}

/** What `other` accepts, or `null`. */
export function orNull(other: Rule): Rule {
  return rule(other.expected, (value) => value === null || other.accepts(value))
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function isHex(value: unknown): value is string {
  return typeof value === 'string' && /^0x[\da-f]*$/i.test(value)
}

function isAttached({ buffer }: Uint8Array): boolean {
  try {
    return new Uint8Array(buffer) !== undefined
  } catch {
    return false
  }
}
