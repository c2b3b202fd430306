// Samples from a seed, the same everywhere.

/** Numbers from 0 to below 1 that begin at `seed` (mulberry32). */
export function random(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** About `percent` of `items`, at least one. */
export function sample(items, percent, seed) {
  const next = random(seed)
  const chosen = items.filter(() => next() * 100 < percent)
  return chosen.length > 0 ? chosen : items.slice(0, 1)
}
