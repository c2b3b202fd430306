import type { Hex } from '../type/wire.js'

/** Returns a number, checked before, as JSON-RPC spells quantities: `0x`, no leading zeros. */
export function quantity(value: bigint | number): Hex {
  return `0x${value.toString(16)}`
}
