import { InvalidParameterError } from '../error/InvalidParameterError.js'
import type { Hex } from '../type/wire.js'

/**
 * Returns a number as JSON-RPC spells quantities: `0x`, no leading zeros.
 *
 * @param path - What the caller knows the value as, for the error.
 */
export function quantity(path: string, value: bigint | number): Hex {
  const whole = typeof value === 'bigint' || Number.isSafeInteger(value)
  if (!whole || value < 0)
    throw new InvalidParameterError(path, 'a whole number that is not negative', value)
  return `0x${value.toString(16)}`
}
