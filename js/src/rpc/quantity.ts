import type { Hex } from '../type/wire.js'

/** Returns a checked number as a JSON-RPC quantity: `0x` and no leading zeros. */
export function quantity(value: bigint | number): Hex {
  return `0x${value.toString(16)}`
}
