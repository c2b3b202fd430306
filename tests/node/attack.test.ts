import { afterAll, beforeEach, expect, test } from 'vitest'
import { runCase } from '../faults/attack/case.js'
import { CASES } from '../faults/attack/cases.js'
import { type Crowd, collect } from '../faults/attack/crowd.js'
import { createRandom } from '../faults/attack/random.js'
import { lineOf } from '../faults/attack/report.js'
import { startTarget, type Target } from '../faults/attack/target.js'

/** Of what is random in the cases. */
const SEED = 1

let target: Target | undefined
let crowd: Crowd | undefined
beforeEach(async () => {
  // A server that a case has ended fails that case only.
  if (target !== undefined && target.exit === undefined) return
  await crowd?.stop()
  target = await startTarget({ inspected: true })
  crowd = await collect(target.url)
})
afterAll(async () => {
  await crowd?.stop()
  await target?.stop()
})

/** Those that take longer than ten seconds are run by `npm run attack`. */
const short = CASES.filter(({ isSlow }) => !isSlow)

// Once more where it failed: a second that a busy machine took for itself is nobody's fault twice.
test.each(short)('$rule: $name is bounded, and others do not notice', { retry: 1 }, async (one) => {
  if (target === undefined || crowd === undefined) throw new Error('no server')
  const { url, port } = target
  const verdict = await runCase(one, { target, url, port, random: createRandom(SEED) }, crowd)
  expect(verdict.failures, lineOf(verdict)).toEqual([])
})

test('no two cases share a name, and every rule from 1 to 8 has one', () => {
  const names = CASES.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(new Set(CASES.map(({ rule }) => rule))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8]))
})
