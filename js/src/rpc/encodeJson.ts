import { InvalidParameterError } from '../error/InvalidParameterError.js'

/**
 * Returns the JSON text of `value`, in which every number keeps its value: a bigint becomes what
 * JSON-RPC writes for it, a quantity in hexadecimal, or decimal digits with a sign where it is negative.
 * Like `JSON.stringify`, `undefined` for what JSON leaves out.
 *
 * @param name - Parameter that an error names, with the path below it; empty where `value` holds all parameters.
 * @param written - Returns what is written for a bigint, where that is another value.
 * @throws {@link InvalidParameterError} JSON cannot hold it, or a number is above 2^53 - 1 and may
 * have been rounded before.
 */
export function encodeJson(
  value: unknown,
  name: string,
  written: (value: bigint) => string | number = quantity,
): string | undefined {
  const holders = new Map<unknown, Place>()
  // Not an arrow: `this` has the value before the `toJSON` that somebody may have given to bigints.
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
    throw new InvalidParameterError(name, 'what JSON can hold', value, cause)
  }
}

function quantity(value: bigint): string {
  return value < 0n ? String(value) : `0x${value.toString(16)}`
}

/** Where a value lies: in a list or an object, under a position or name. */
type Place = { readonly holder: object; readonly key: string }

function pathOf({ holder, key }: Place, holders: Map<unknown, Place>, name: string): string {
  const place = holders.get(holder)
  if (place === undefined) return name
  const above = pathOf(place, holders, name)
  if (Array.isArray(holder)) return `${above}[${key}]`
  return above === '' ? key : `${above}.${key}`
}
