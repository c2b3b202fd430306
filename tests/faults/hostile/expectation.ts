import { expect } from 'vitest'
import type { HostileRuns } from './play.js'

/** Runs of a test, 256 if `PAREVM_HOSTILE_RUNS` names no other number. */
export const RUNS = Number(process.env.PAREVM_HOSTILE_RUNS ?? 256)
/** Of the contracts and of how they are run. */
export const SEED = Number(process.env.PAREVM_HOSTILE_SEED ?? 1)

/** No run may take longer: limits of 25 ms and of 150 ms for a block, one call of a precompile, and a machine that has other work. */
const LONGEST_MS = 700
/** Not even a machine that has other work keeps a page from its events for longer. */
const BLOCKED_MS = 500

/** Compares what became of hostile runs. */
export function expectHeld(name: string, outcome: HostileRuns): void {
  const { runs, ms, blockedMs, longest, ends } = outcome
  console.log(
    `${name}: ${runs} hostile runs in ${(ms / 1_000).toFixed(1)} s, seed ${SEED}; longest ${longest.ms.toFixed(0)} ms (${longest.way}, ${longest.kind}), event loop blocked for ${blockedMs.toFixed(0)} ms at most; ${JSON.stringify(ends)}`,
  )
  expect(outcome.unexpected).toEqual([])
  expect(runs).toBe(RUNS)
  expect(outcome.isSameChain).toBe(true)
  expect(longest.ms, JSON.stringify(longest)).toBeLessThan(LONGEST_MS)
  expect(blockedMs).toBeLessThan(BLOCKED_MS)
  // By more than 100 ms: once in a hundred runs, which is the machine.
  expect(outcome.blocks).toBeLessThanOrEqual(Math.ceil(runs / 100))
  // Runs that met no bound would say nothing.
  expect(ends['-32016'] ?? 0).toBeGreaterThan(0)
  expect(ends['-32005'] ?? 0).toBeGreaterThan(0)
  expect(ends.result ?? 0).toBeGreaterThan(0)
}
