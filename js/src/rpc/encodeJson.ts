import { InvalidParameterError } from '../error/InvalidParameterError.js'

/**
 * Returns the JSON text of `value` without loss of precision: a bigint becomes a hex quantity of JSON-RPC, or decimal
 * text where it is negative. `undefined` where `JSON.stringify` returns it.
 *
 * @param name - Path of `value` in errors; empty for the parameters.
 * @param written - Returns the JSON value of a bigint. @default a quantity
 * @throws {@link InvalidParameterError} JSON cannot hold the value, or a number is above 2^53 - 1 and may be
 * rounded.
 */
export function encodeJson(
  value: unknown,
  name: string,
  written: (value: bigint) => string | number = quantity,
): string | undefined {
  const holders = new Map<unknown, Place>()
  // Not an arrow function: `this` holds the bigint before a patched `BigInt.prototype.toJSON`.
  function replace(this: object, key: string, one: unknown): unknown {
    const original: unknown = Reflect.get(this, key)
    if (typeof original === 'bigint') return written(original)
    if (typeof one === 'object' && one !== null) holders.set(one, { holder: this, key })
    if (typeof one === 'number' && !(Math.abs(one) <= Number.MAX_SAFE_INTEGER))
      throw new InvalidParameterError(
        pathOf({ holder: this, key }, holders, name),
        'a number up to 2^53 - 1 (a larger one is a bigint, or text in hexadecimal)',
        one,
      )
    return one
  }
  try {
    return JSON.stringify(value, replace)
  } catch (cause) {
    if (cause instanceof InvalidParameterError) throw cause
    throw new InvalidParameterError(name, 'a JSON value', value, cause)
  }
}

function quantity(value: bigint): string {
  return value < 0n ? String(value) : `0x${value.toString(16)}`
}

/** Position of a value: its list or object, and its index or key. */
type Place = { readonly holder: object; readonly key: string }

function pathOf({ holder, key }: Place, holders: Map<unknown, Place>, name: string): string {
  const place = holders.get(holder)
  if (place === undefined) return name
  const above = pathOf(place, holders, name)
  if (Array.isArray(holder)) return `${above}[${key}]`
  return above === '' ? key : `${above}.${key}`
}
