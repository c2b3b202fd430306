import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compact, machineName, resumed, scaling } from '../../bench/record.mjs'
import { tableOf } from '../../bench/table.mjs'

test('threads are doubled up to all cores', () => {
  assert.deepEqual(scaling(1), [1])
  assert.deepEqual(scaling(2), [1, 2])
  assert.deepEqual(scaling(12), [1, 2, 4, 8, 12])
  assert.deepEqual(scaling(16), [1, 2, 4, 8, 16])
})

test('a machine is named by its processor and cores', () => {
  assert.equal(machineName('AMD EPYC 7763 64-Core Processor', 2), 'amd-epyc-7763-2-cores')
  assert.equal(machineName('Intel(R) Xeon(R) CPU @ 2.20GHz', 4), 'intel-xeon-4-cores')
  assert.equal(machineName('', 4), 'unknown-4-cores')
})

test('a row of figures takes one line', () => {
  const text = compact({ rows: [{ name: '1', threads: 2 }], date: 'today' })
  assert.match(text, /^ {4}\{ "name": "1", "threads": 2 \}$/m)
  assert.deepEqual(JSON.parse(text), { rows: [{ name: '1', threads: 2 }], date: 'today' })
})

test('a record is resumed only where it is of the same measurement', () => {
  const fresh = { commit: 'c1', machine: { cpu: 'a' }, threads: [1, 2], runs: 9 }
  const kept = { ...fresh, machine: { cpu: 'a', cores: 2 }, native: { mainnet: {} } }
  assert.equal(resumed(kept, fresh), kept)
  assert.throws(() => resumed(kept, { ...fresh, commit: 'c2' }), /other commit/)
  assert.throws(() => resumed(kept, { ...fresh, threads: [1] }), /other threads/)
  assert.throws(() => resumed(kept, { ...fresh, machine: { cpu: 'b' } }), /other cpu/)
})

test('executions by access list have their own line', () => {
  const rows = [{ name: 'swaps', threads: 2, plainMs: 30, parallelMs: 20, balMs: 15 }]
  const bal = { speedup: 1.7, ofIdeal: 0.91, blocks: 3 }
  const native = { mainnet: { rows: [], aggregate: [{ threads: 2, bal }] }, synthetic: { rows } }
  const record = { machine: {}, versions: {}, threads: [2], native }
  assert.equal(
    tableOf(record).split('\n')[3],
    '| native, by access list | 2 | 1.70 |  | 91 % of ideal |  |  |  |  | 2.00 |  |  |',
  )
})

test('the hardware ceiling has its own line, for more than one thread', () => {
  const rows = [
    { name: 'swaps', threads: 1, plainMs: 30, parallelMs: 30, capacity: 1 },
    { name: 'swaps', threads: 2, plainMs: 30, parallelMs: 20, capacity: 1.9 },
  ]
  const aggregate = [
    { threads: 1, speedup: 1, capacity: 1 },
    { threads: 2, speedup: 1.5, capacity: 1.75 },
  ]
  const native = { mainnet: { rows: [], aggregate }, synthetic: { rows } }
  const record = { machine: {}, versions: {}, threads: [1, 2], native }
  const lines = tableOf(record)
    .split('\n')
    .filter((line) => line.includes('independent'))
  assert.deepEqual(lines, [
    '| independent reference loops | 2 | 1.75 |  |  |  |  |  |  | 1.90 |  |  |',
  ])
})

test('the table has a line for each host and number of threads', () => {
  const rows = [{ name: 'swaps', threads: 2, plainMs: 30, parallelMs: 20 }]
  const aggregate = [{ threads: 2, speedup: 1.5, worst: 0.98, worstName: '46147', ideal: 1.75 }]
  const record = {
    date: '2026-01-12',
    commit: 'abc',
    machine: { cpu: 'm1', cores: 2 },
    versions: { revm: '43.0.3' },
    threads: [2],
    runs: 9,
    native: { mainnet: { rows: [], aggregate }, synthetic: { rows, aggregate: [] } },
    memory: { mainnet: { rows: [], aggregate: [{ worst: 1.25, worstName: '1' }] } },
  }
  const lines = tableOf(record).split('\n')
  assert.match(lines[0], /^\| {2}\| threads \| mainnet \| worst \| ideal \| 23879620 \| transfers /)
  assert.equal(lines[2], '| native | 2 | 1.50 | 0.98 (46147) | 1.75 |  |  |  |  | 1.50 |  |  |')
  assert.equal(lines.length, 6)
  assert.match(lines[4], /^m1, 2 cores; .*; peak memory at most 1.25 times plain revm's \(1\)\.$/)
})
