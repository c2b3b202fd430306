import { expect, test } from 'vitest'
import { decodeJson } from './decodeJson.js'
import { encodeJson } from './encodeJson.js'

/** https://github.com/trezor/trezor-suite/issues/26107 */
test.each([
  [1n, '"0x1"'],
  [0n, '"0x0"'],
  [2n ** 53n + 1n, '"0x20000000000001"'],
  [2n ** 256n - 1n, `"0x${'f'.repeat(64)}"`],
  [-(2n ** 64n), '"-18446744073709551616"'],
  [[{ value: 10n ** 18n, nested: [5n] }], '[{"value":"0xde0b6b3a7640000","nested":["0x5"]}]'],
  [2 ** 53 - 1, '9007199254740991'],
  [-1.5, '-1.5'],
  [{ a: undefined, b: null, c: 'text' }, '{"b":null,"c":"text"}'],
])('%o is written as %s', (value, text) => {
  expect(encodeJson(value, 'params')).toBe(text)
})

test.each([
  [2 ** 53, 'params'],
  [[1, 1e21], 'params[1]'],
  [{ call: { gas: -(2 ** 53) } }, 'params.call.gas'],
  [[{ calls: [{}, { value: 1e19 }] }], 'params[0].calls[1].value'],
  [[Number.NaN], 'params[0]'],
  [Number.POSITIVE_INFINITY, 'params'],
])('%o may have lost its value, which is an error', (value, parameter) => {
  expect(() => encodeJson(value, 'params')).toThrow(
    expect.objectContaining({ name: 'InvalidParameterError', data: { parameter } }),
  )
})

test('a value that JSON cannot hold is an InvalidParameterError', () => {
  const ring: unknown[] = []
  ring.push(ring)
  expect(() => encodeJson(ring, 'params')).toThrow(
    expect.objectContaining({ name: 'InvalidParameterError', data: { parameter: 'params' } }),
  )
})

test('a bigint keeps its value where somebody has taught bigints to write themselves', () => {
  Object.defineProperty(BigInt.prototype, 'toJSON', {
    configurable: true,
    value(this: bigint) {
      return Number(this)
    },
  })
  try {
    expect(encodeJson([2n ** 53n + 1n], 'params')).toBe('["0x20000000000001"]')
  } finally {
    Reflect.deleteProperty(BigInt.prototype, 'toJSON')
  }
})

test.each([
  ['9007199254740993', 9007199254740993n],
  ['-9007199254740993', -9007199254740993n],
  ['[9007199254740991,9007199254740992]', [9007199254740991, 9007199254740992n]],
  ['{"gas":18446744073709551615,"of":[1]}', { gas: 18446744073709551615n, of: [1] }],
  [
    '["9007199254740993",":9007199254740993\\"", 9007199254740993]',
    ['9007199254740993', ':9007199254740993"', 9007199254740993n],
  ],
  ['[0.1234567890123456,1e21]', [0.1234567890123456, 1e21]],
  ['{"a":"0x1"}', { a: '0x1' }],
])('%s is read without rounding', (text, value) => {
  expect(decodeJson(text)).toEqual(value)
})

test('invalid JSON is a SyntaxError', () => {
  expect(() => decodeJson('[9007199254740993')).toThrow(SyntaxError)
  expect(() => decodeJson('{9007199254740993:1}')).toThrow(SyntaxError)
})
