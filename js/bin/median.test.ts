import { expect, test } from 'vitest'
import { median } from './median.js'

test('the median is the value in the middle', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([7])).toBe(7)
})
