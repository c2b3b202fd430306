import { type Rule, rule } from './shape.js'

/** Any value: it is checked elsewhere. */
export const ANY: Rule = rule('anything', () => true)

export const BOOLEAN: Rule = rule('true or false', (value) => typeof value === 'boolean')
export const TEXT: Rule = rule('a text', (value) => typeof value === 'string')
export const FUNCTION: Rule = rule('a function', (value) => typeof value === 'function')
export const ITEMS: Rule = rule('a list', (value) => Array.isArray(value))

/** Duck-typed: signals of other realms and of polyfills are no instances. */
export const SIGNAL: Rule = rule(
  'an AbortSignal',
  (value) => isObject(value) && 'aborted' in value && 'addEventListener' in value,
)

/** Duck-typed event target, such as a window. */
export const TARGET: Rule = rule(
  'an EventTarget',
  (value) => isObject(value) && 'dispatchEvent' in value && 'addEventListener' in value,
)

/** Bytes whose buffer is not detached. */
export const BINARY: Rule = rule(
  'bytes (a Uint8Array whose buffer is not detached)',
  (value) => value instanceof Uint8Array && isAttached(value),
)

export const ABI: Rule = rule(
  'a list of the objects of an ABI',
  (value) => Array.isArray(value) && value.every(isObject),
)

/** Any number of bytes, in hex. */
export const BYTES: Rule = rule('bytes in hex', (value) => isHex(value) && value.length % 2 === 0)
/** Number of any size, in hex. */
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

/** Returns the rule of whole numbers of so many bits: a `bigint`, or a safe `number`. */
function uint(bits: number): Rule {
  const expected = `a whole number from 0 to 2^${bits}-1 (a bigint, or a number that is exact)`
  return rule(expected, (value) => {
    if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0
    return typeof value === 'bigint' && value >= 0n && value < 1n << BigInt(bits)
  })
}

/** Returns the rule of a `number` in a range. */
export function whole(least: number, most = Number.MAX_SAFE_INTEGER): Rule {
  return rule(
    `a whole number from ${least} to ${most}`,
    (value) =>
      Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  )
}

/** Returns the rule of a `bigint` of so many bits. */
export function big(bits: number): Rule {
  return rule(
    `a bigint from 0 to 2^${bits}-1`,
    (value) => typeof value === 'bigint' && value >= 0n && value < 1n << BigInt(bits),
  )
}

/** Returns the rule of a name in a list. */
export function oneOf(...names: readonly string[]): Rule {
  return rule(`one of ${names.join(', ')}`, (value) => names.includes(value as string))
}

/** Returns a rule that also accepts `null`. */
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
