import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aggregate, aggregates, median, medians, merged } from '../../bench/figures.mjs'

for (const { name, rows, aggregate: expected } of aggregates)
  test(name, () => {
    assert.deepEqual(rounded(aggregate(rows, expected.threads)), rounded(expected))
  })

/** Numbers to twelve digits: sums in another order differ in the last. */
function rounded(figures) {
  const digits = (_, value) => (typeof value === 'number' ? Number(value.toPrecision(12)) : value)
  return JSON.parse(JSON.stringify(figures, digits))
}

test('a median is the middle value, or the mean of the two middle ones', () => {
  for (const { values, median: expected } of medians) assert.equal(median(values), expected)
})

test('passes are merged by their medians', () => {
  const row = { name: '1', threads: 2, executor: 'parallel', reExecutions: 0, gasUsed: 1_000_000 }
  const times = (ms) => ({ plainMs: ms, sequentialMs: ms, parallelMs: 2 * ms, longestMs: ms })
  const passes = [3, 1, 8].map((ms) => ({ ...row, ...times(ms), balMs: ms }))
  assert.deepEqual(merged(passes), { ...row, ...times(3), balMs: 3 })
  assert.equal(merged(passes.slice(0, 2)).parallelMs, 4)
  assert.deepEqual(merged([{ ...row, ...times(5) }]), { ...row, ...times(5) })
})
