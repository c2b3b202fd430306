/** Source of random numbers that repeats itself for the same seed. */
export type Random = {
  /** Returns a number from 0 to 1, without 1. */
  next(): number
  /** Returns a whole number below `bound`. */
  below(bound: number): number
  /** Returns one of `items`. */
  of<T>(items: readonly T[]): T
  /** Returns true once in `times`, on average. */
  oneIn(times: number): boolean
  /** Returns so many random bytes. */
  bytes(length: number): Uint8Array<ArrayBuffer>
  /** Returns so many random bytes as hex digits behind `0x`. */
  hex(length: number): `0x${string}`
}

/** Returns a seeded source of random numbers (mulberry32). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (bound: number) => Math.floor(next() * bound)
  const bytes = (length: number) => Uint8Array.from({ length }, () => below(256))
  return {
    next,
    below,
    of: <T>(items: readonly T[]) => items[below(items.length)] as T,
    oneIn: (times) => below(times) === 0,
    bytes,
    hex: (length) =>
      `0x${[...bytes(length)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`,
  }
}
