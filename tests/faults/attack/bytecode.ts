/** Bytecode of contracts that take what they can, written by hand. */

export type Hex = `0x${string}`

/** Loops until its gas is used: JUMPDEST, PUSH0, JUMP. */
export const LOOP: Hex = '0x5b5f56'

/** Calls itself with all gas, twice, and lets that fail. */
export const FORKS: Hex = `0x${'5f5f5f5f5f305af150'.repeat(2)}`

/** Writes slot after slot. PUSH0; JUMPDEST, PUSH1 1, ADD, DUP1, DUP1, SSTORE, PUSH1 1, JUMP. */
export const STORES: Hex = '0x5f5b600101808055600156'

/** Writes zero to slot after slot, which is the cheapest. */
export const STORES_ZERO: Hex = '0x5f5b6001015f8155600156'

/** Reads slot after slot. */
export const LOADS: Hex = '0x5f5b600101805450600156'

/** Hashes the first 1 MiB of memory again and again. JUMPDEST, PUSH3 2^20, PUSH0, KECCAK256, POP, PUSH0, JUMP. */
export const HASHES: Hex = '0x5b621000005f20505f56'

/** Asks for memory word by word. JUMPDEST, MSIZE, MLOAD, POP, PUSH0, JUMP. */
export const GROWS: Hex = '0x5b5951505f56'

/** Creates itself again and again with 24 kB. JUMPDEST, PUSH2 24576, PUSH0, PUSH0, CREATE, POP, PUSH0, JUMP. */
export const CREATES: Hex = '0x5b6160005f5ff0505f56'

/** Calls a precompile with so many zeros, in a loop. */
export function precompileLoop(address: number, inputBytes: number): Hex {
  // JUMPDEST, PUSH0, PUSH0, PUSH3 size, PUSH0, PUSH2 address, GAS, STATICCALL, POP, PUSH0, JUMP
  return `0x5b5f5f62${hex(inputBytes, 3)}5f61${hex(address, 2)}5afa505f56`
}

/** Returns so many zeros. PUSH3 size, PUSH0, RETURN. */
export const returns = (bytes: number): Hex => `0x62${hex(bytes, 3)}5ff3`

/** Reverts with so many zeros. */
export const reverts = (bytes: number): Hex => `0x62${hex(bytes, 3)}5ffd`

/** Logs 4 kB again and again. JUMPDEST, PUSH2 4096, PUSH0, LOG0, PUSH0, JUMP. */
export const LOGS: Hex = '0x5b6110005fa05f56'

/** Copies 1 MiB within memory again and again: JUMPDEST, PUSH3 2^20, PUSH0, PUSH1 1, MCOPY, PUSH0, JUMP. */
export const COPIES: Hex = '0x5b621000005f60015e5f56'

/** Copies the code of another account again and again, 1 MiB each: EXTCODECOPY. */
export const CODE_COPIES: Hex = '0x5b621000005f5f303c5f56'

/** Raises to a power again and again: JUMPDEST, PUSH0, NOT, PUSH0, NOT, EXP, POP, PUSH0, JUMP. */
export const EXPONENTS: Hex = '0x5b5f195f190a505f56'

export function hex(value: number, bytes: number): string {
  return value.toString(16).padStart(bytes * 2, '0')
}
