import { expect, test } from 'vitest'
import { createJournal, type Journal } from './journal.js'

const poll = (id: string, nowMs: number) => ({
  method: 'eth_getFilterChanges',
  params: `["${id}"]`,
  nowMs,
})
const mine = (nowMs: number) => ({ method: 'evm_mine', params: '[]', nowMs })

test('changes are kept in order, equal ones too', () => {
  const journal = createJournal()
  journal.add(mine(1), 1)
  journal.add(mine(1), 1)
  journal.add(mine(2), 1)
  expect(journal.changes).toEqual([mine(1), mine(1), mine(2)])
})

test('of polls in a row the last one of each filter is kept', () => {
  const journal = createJournal()
  for (const now of [1, 3, 5]) {
    journal.add(poll('0x1', now), 1)
    journal.add(poll('0x2', now + 1), 1)
  }
  expect(journal.changes).toEqual([poll('0x1', 5), poll('0x2', 6)])
})

test('a poll before another change is kept: it saw another chain', () => {
  const journal = createJournal()
  journal.add(poll('0x1', 1), 1)
  journal.add(mine(2), 1)
  journal.add(poll('0x1', 3), 1)
  expect(journal.changes).toEqual([poll('0x1', 1), mine(2), poll('0x1', 3)])
})

test.each([
  ['changes', (journal: Journal) => journal.add(mine(1), 0), 1_000],
  ['text', (journal: Journal) => journal.add({ ...mine(1), params: 'x'.repeat(2 ** 20) }, 0), 4],
  ['work', (journal: Journal) => journal.add(mine(1), 500), 4],
])('much %s is to be saved', (_, add, times) => {
  const journal = createJournal()
  const until = (length: number) => {
    while (journal.changes.length < length) {
      expect(journal.isLong).toBe(false)
      add(journal)
    }
    expect(journal.isLong).toBe(true)
  }
  until(times)
  // It did not work, and is not tried with each change that follows.
  journal.trySaving()
  until(times * 2)
  journal.trySaving()
  journal.cut(Uint8Array.of(7), 0)
  expect(journal).toMatchObject({ saved: Uint8Array.of(7), changes: [] })
  until(times)
})

test('a node that takes long to save is saved after more work', () => {
  const journal = createJournal()
  journal.cut(Uint8Array.of(), 1_000)
  for (let now = 0; now < 5_000; now += 1) {
    expect(journal.isLong).toBe(false)
    journal.add(mine(now), 1)
  }
  expect(journal.isLong).toBe(true)
})

test('polls that others replace do not make it long', () => {
  const journal = createJournal()
  for (let now = 0; now < 2_000; now += 1) journal.add(poll('0x1', now), 0)
  expect(journal.isLong).toBe(false)
})
