import { expect, test } from 'vitest'
import { cut, quote } from './cut.js'
import { InvalidParameterError } from './InvalidParameterError.js'

test('a text of 200 characters is kept, a longer one ends in three dots', () => {
  expect(cut('a'.repeat(200))).toBe('a'.repeat(200))
  expect(cut('a'.repeat(201))).toBe(`${'a'.repeat(197)}...`)
  expect(quote('a'.repeat(10_000_000))).toHaveLength(202)
})

test('a character that takes two units is not cut in half', () => {
  expect(cut(`${'a'.repeat(196)}😀😀😀`)).toBe(`${'a'.repeat(196)}...`)
  expect(cut(`${'a'.repeat(195)}😀😀😀`)).toBe(`${'a'.repeat(195)}😀...`)
})

test.each([
  ['a text', 'x'.repeat(1_000_000), `"${'x'.repeat(77)}..."`],
  ['a large integer', 10n ** 1_000_000n, 'an integer of more than 256 bits'],
  ['an integer', 2n ** 256n - 1n, `${2n ** 256n - 1n}n`],
])('an error about a parameter does not repeat all of %s', (_, value, shown) => {
  const { message } = new InvalidParameterError('field', 'short', value)
  expect(message).toBe(`\`field\` must be short, not ${shown}.`)
})

test('an error about a parameter repeats the beginning of its name', () => {
  const name = 'k'.repeat(1_000_000)
  const error = new InvalidParameterError(name, 'left out', 1)
  expect(error.message.length).toBeLessThan(300)
  expect(error.data).toEqual({ parameter: `${'k'.repeat(197)}...` })
})
