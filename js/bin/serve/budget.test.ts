import { expect, test } from 'vitest'
import { createBudget } from './budget.js'

test('one client holds at most its limit, all clients at most theirs', () => {
  const budget = createBudget({ client: 10, all: 15 })
  expect(budget.take('a', 10)).toBe('taken')
  expect(budget.take('a', 1)).toBe('client')
  expect(budget.take('b', 5)).toBe('taken')
  expect(budget.take('b', 1)).toBe('all')
  expect(budget.held).toBe(15)
  budget.give('a', 10)
  expect(budget.take('b', 5)).toBe('taken')
  expect(budget.take('b', 1)).toBe('client')
})

test('refused amounts are not counted', () => {
  const budget = createBudget({ client: 10, all: 15 })
  expect(budget.take('a', 11)).toBe('client')
  expect(budget.held).toBe(0)
  expect(budget.take('a', 10)).toBe('taken')
})
