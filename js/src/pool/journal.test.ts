import { expect, test } from 'vitest'
import { createJournal, type Journal } from './journal.js'

const poll = (id: string, nowMs: number) => ({
  method: 'eth_getFilterChanges',
  params: `["${id}"]`,
  nowMs,
  entropy: 'ab',
})
const mine = (nowMs: number) => ({ method: 'evm_mine', params: '[]', nowMs, entropy: 'cd' })
/** Result of a poll. */
const FOUND = '["0x1"]'

test('changes are kept in order, also equal ones', () => {
  const journal = createJournal()
  journal.add(mine(1), 1, '"0x0"')
  journal.add(mine(1), 1, '"0x0"')
  journal.add(mine(2), 1, '"0x0"')
  expect(journal.changes).toEqual([mine(1), mine(1), mine(2)])
})

test('of polls in a row the last one of each filter is kept', () => {
  const journal = createJournal()
  for (const now of [1, 3, 5]) {
    journal.add(poll('0x1', now), 1, FOUND)
    journal.add(poll('0x2', now + 1), 1, FOUND)
  }
  expect(journal.changes).toEqual([poll('0x1', 5), poll('0x2', 6)])
})

test('a poll before another change is kept: its chain was another', () => {
  const journal = createJournal()
  journal.add(poll('0x1', 1), 1, FOUND)
  journal.add(mine(2), 1, '"0x0"')
  journal.add(poll('0x1', 3), 1, FOUND)
  expect(journal.changes).toEqual([poll('0x1', 1), mine(2), poll('0x1', 3)])
})

test('of polls that find nothing, one is kept for each filter, with the time of the last', () => {
  const journal = createJournal()
  journal.add(poll('0x1', 1), 1, FOUND)
  for (let now = 2; now < 5_000; now += 2) {
    journal.add(poll('0x1', now), 1, '[]')
    journal.add(poll('0x2', now), 1, '[]')
    if (now < 10) journal.add(mine(now + 1), 1, '"0x0"')
  }
  expect(journal.changes).toEqual([
    poll('0x1', 4_998),
    poll('0x2', 4_998),
    mine(3),
    mine(5),
    mine(7),
    mine(9),
  ])
  expect(journal.isLong).toBe(false)
})

test('a poll that finds something after one that did not is kept behind it', () => {
  const journal = createJournal()
  journal.add(poll('0x1', 1), 1, '[]')
  journal.add(mine(2), 1, '"0x0"')
  journal.add(poll('0x1', 3), 1, FOUND)
  journal.add(poll('0x1', 4), 1, '[]')
  expect(journal.changes).toEqual([poll('0x1', 1), mine(2), poll('0x1', 4)])
})

test.each([
  ['changes', (journal: Journal) => journal.add(mine(1), 0, '"0x0"'), 1_000],
  [
    'text',
    (journal: Journal) => journal.add({ ...mine(1), params: 'x'.repeat(2 ** 20) }, 0, '"0x0"'),
    4,
  ],
  ['work', (journal: Journal) => journal.add(mine(1), 500, '"0x0"'), 4],
])('a journal with much %s is long', (_, add, times) => {
  const journal = createJournal()
  const until = (length: number) => {
    while (journal.changes.length < length) {
      expect(journal.isLong).toBe(false)
      add(journal)
    }
    expect(journal.isLong).toBe(true)
  }
  until(times)
  // The save failed, and is not repeated with every change that follows.
  journal.startSaving()
  until(times * 2)
  journal.startSaving()
  journal.truncate(Uint8Array.of(7), 0)
  expect(journal).toMatchObject({ saved: Uint8Array.of(7), changes: [] })
  until(times)
})

test('a node that takes long to save is saved after longer changes', () => {
  const journal = createJournal()
  journal.truncate(Uint8Array.of(), 1_000)
  for (let now = 0; now < 5_000; now += 1) {
    expect(journal.isLong).toBe(false)
    journal.add(mine(now), 1, '"0x0"')
  }
  expect(journal.isLong).toBe(true)
})

test('polls that later ones replace do not make a journal long', () => {
  const journal = createJournal()
  for (let now = 0; now < 2_000; now += 1) journal.add(poll('0x1', now), 0, FOUND)
  expect(journal.isLong).toBe(false)
})
