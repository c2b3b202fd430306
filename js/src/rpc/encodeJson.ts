import { InvalidParameterError } from '../error/InvalidParameterError.js'

/**
 * Returns the JSON text of `value`, in which every number keeps its value: a bigint becomes what
 * JSON-RPC writes for it, a quantity in hexadecimal, or decimal digits with a sign where it is negative.
 * Like `JSON.stringify`, `undefined` for what JSON leaves out.
 *
 * @param name - Parameter that an error names, with the path below it; empty where `value` holds all parameters.
 * @throws {@link InvalidParameterError} JSON cannot hold it, or a number is above 2^53 - 1 and may
 * have been rounded before.
 */
export function encodeJson(value: unknown, name: string): string | undefined {
  const holders = new Map<unknown, Place>()
  // Not an arrow: `this` has the value before the `toJSON` that somebody may have given to bigints.
  function replace(this: object, key: string, written: unknown): unknown {
    const original: unknown = Reflect.get(this, key)
    if (typeof original === 'bigint')
      return original < 0n ? String(original) : `0x${original.toString(16)}`
    if (typeof written === 'object' && written !== null) holders.set(written, { holder: this, key })
    if (typeof written === 'number' && !(Math.abs(written) <= Number.MAX_SAFE_INTEGER))
      throw new InvalidParameterError(
        pathOf({ holder: this, key }, holders, name),
        'a number up to 2^53 - 1 (a larger one is a bigint, or text in hexadecimal)',
        written,
      )
    return written
  }
  try {
    return JSON.stringify(value, replace)
  } catch (cause) {
    if (cause instanceof InvalidParameterError) throw cause
    throw new InvalidParameterError(name, 'what JSON can hold', value, cause)
  }
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
