import { expect, test } from 'vitest'
import { createRandom } from '../faults/attack/random.js'
import { HOSTILE_KINDS, hostileContract } from '../faults/hostile/contract.js'
import { expectHeld, RUNS, SEED } from '../faults/hostile/expectation.js'
import { playHostile } from '../faults/hostile/play.js'

test.each(['threads', 'single'] as const)(
  `${RUNS} hostile runs end within their limits (%s build)`,
  async (build) => {
    const threads = build === 'threads' ? 2 : undefined
    expectHeld(`Node, ${build}`, await playHostile({ seed: SEED, runs: RUNS, build, threads }))
  },
  300_000,
)

test('the same seed makes the same contracts, of every kind', () => {
  const made = (seed: number) => {
    const random = createRandom(seed)
    return Array.from({ length: 200 }, () => hostileContract(random))
  }
  expect(made(7)).toEqual(made(7))
  expect(made(7)).not.toEqual(made(8))
  expect(new Set(made(7).map(({ kind }) => kind))).toEqual(new Set(HOSTILE_KINDS))
})
