import { expect, test } from 'vitest'
import { clean, cleanLines } from './terminal.js'

test.each([
  ['a control sequence', '\u001b[2J', '\\u001b[2J'],
  ['an 8-bit control sequence', '\u009b2J', '\\u009b2J'],
  ['bell, backspace, return and delete', '\u0007\b\r\u007f', '\\u0007\\u0008\\r\\u007f'],
  ['a line break', 'a\nb', 'a\\nb'],
  ['line and paragraph separators', '\u2028\u2029', '\\u2028\\u2029'],
  [
    'embeddings and overrides',
    '\u202a\u202b\u202c\u202d\u202e',
    '\\u202a\\u202b\\u202c\\u202d\\u202e',
  ],
  ['isolates', '\u2066\u2067\u2068\u2069', '\\u2066\\u2067\\u2068\\u2069'],
  ['direction marks', '\u200e\u200f\u061c', '\\u200e\\u200f\\u061c'],
  [
    'characters without width',
    '\u200b\u200c\u200d\u2060\ufeff',
    '\\u200b\\u200c\\u200d\\u2060\\ufeff',
  ],
  ['fillers and selectors', '\u3164\u115f\ufe0f\u00ad', '\\u3164\\u115f\\ufe0f\\u00ad'],
  ['tags', '\u{e0041}\u{e007f}', '\\udb40\\udc41\\udb40\\udc7f'],
  ['half of a pair', 'a\ud800b\udfff', 'a\\ud800b\\udfff'],
])('%s is shown and not obeyed', (_, text, shown) => {
  expect(clean(text)).toBe(shown)
})

test('words of any script stay as they are', () => {
  for (const text of ['USD Coin', 'Ünïcödé ₿', '日本語', 'العربية', 'עברית', '🦄', 'a b'])
    expect(clean(text)).toBe(text)
})

test('lines of our own stay lines, and nothing else passes', () => {
  expect(cleanLines('a\nb\r\u202e\n')).toBe('a\nb\\r\\u202e\n')
})

test('JSON means the same after it was cleaned', () => {
  const value = { name: '\u001b]0;x\u0007\u009b\u2028\u202e\u{e0041}\ud800\n', list: ['"\\'] }
  const text = cleanLines(JSON.stringify(value, null, 2))
  expect(JSON.parse(text)).toEqual(value)
  expect(text).toMatch(/^[\x20-\x7e\n]*$/)
})
