import { expect, test } from 'vitest'
import { createJournal } from './journal.js'

const poll = (id: string, nowMs: number) => ({
  method: 'eth_getFilterChanges',
  params: `["${id}"]`,
  nowMs,
})
const mine = (nowMs: number) => ({ method: 'evm_mine', params: '[]', nowMs })

test('changes are kept in order, equal ones too', () => {
  const journal = createJournal()
  journal.add(mine(1))
  journal.add(mine(1))
  journal.add(mine(2))
  expect(journal.changes).toEqual([mine(1), mine(1), mine(2)])
})

test('of polls in a row the last one of each filter is kept', () => {
  const journal = createJournal()
  for (const now of [1, 3, 5]) {
    journal.add(poll('0x1', now))
    journal.add(poll('0x2', now + 1))
  }
  expect(journal.changes).toEqual([poll('0x1', 5), poll('0x2', 6)])
})

test('a poll before another change is kept: it saw another chain', () => {
  const journal = createJournal()
  journal.add(poll('0x1', 1))
  journal.add(mine(2))
  journal.add(poll('0x1', 3))
  expect(journal.changes).toEqual([poll('0x1', 1), mine(2), poll('0x1', 3)])
})
