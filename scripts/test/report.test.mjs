import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aggregate, merged } from '../../bench/report.mjs'

function row(name, plainMs, parallelMs, longestMs) {
  const rest = { sequentialMs: plainMs, executor: 'parallel', reExecutions: 0 }
  return { name, threads: 2, plainMs, parallelMs, longestMs, gasUsed: 1_000_000, ...rest }
}

test('blocks are summed up without the one that hides the rest', () => {
  const rows = [row('1', 10, 5, 1), row('2', 5, 10, 4), row('23879620', 1e6, 1, 1)]
  const { gasPerSecond, ...rest } = aggregate([...rows, { ...row('1', 1, 1, 1), threads: 4 }], 2)
  assert.equal(Math.round(gasPerSecond), 133_333_333)
  assert.deepEqual(rest, {
    threads: 2,
    speedup: 1,
    worst: 0.5,
    worstName: '2',
    // Half of the first block, and the slowest transaction of the second.
    ideal: 15 / 9,
    without: ['23879620'],
  })
})

test('runs by access list are compared with the ideal of the same blocks', () => {
  const rows = [{ ...row('1', 10, 5, 8), balMs: 10 }, row('2', 6, 5, 1)]
  assert.deepEqual(aggregate(rows, 2).bal, { speedup: 1, ofIdeal: 0.8, blocks: 1 })
})

test('losing less than 20 microseconds is not losing', () => {
  assert.equal(aggregate([row('1', 0.1, 0.119, 0.1)], 2).worst, 1)
  assert.ok(aggregate([row('1', 0.1, 0.121, 0.1)], 2).worst < 0.9)
  assert.equal(aggregate([row('1', 0.2, 0.1, 0.1)], 2).worst, 2)
})

test('passes are merged by their medians', () => {
  const passes = [3, 1, 8].map((ms) => ({ ...row('1', ms, 2 * ms, ms), balMs: ms }))
  assert.deepEqual(merged(passes), { ...row('1', 3, 6, 3), sequentialMs: 3, balMs: 3 })
  assert.equal(merged(passes.slice(0, 2)).parallelMs, 4)
  assert.deepEqual(merged([row('1', 5, 4, 3)]), row('1', 5, 4, 3))
})
