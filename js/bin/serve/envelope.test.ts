import { expect, test } from 'vitest'
import { readEnvelopes } from './envelope.js'

/** https://github.com/erpc/erpc/issues/851 */
test.each(['9007199254740993', '-18446744073709551616', '1.50', '1e400', '"a\\"b\\u0063"', 'null'])(
  'the id %s and the parameters stay as they are written',
  (id) => {
    const params = '[ {"a,]":[1e+21, -9007199254740993.10,{"b":"}\\\\"}]} ,9007199254740993]'
    const text = `{ "id" : ${id} ,"params":${params},"method":"eth_call","jsonrpc":"2.0"}`
    expect(readEnvelopes(text)).toEqual({ method: 'eth_call', params, id })
    expect(readEnvelopes(`[${text}, 5 ,${text}]`)).toEqual([
      { method: 'eth_call', params, id },
      { method: undefined, id: 'null' },
      { method: 'eth_call', params, id },
    ])
  },
)

test('a request without parameters has an empty list of them, one without id none', () => {
  const text = '{"jsonrpc":"2.0","method":"eth_chainId"}'
  expect(readEnvelopes(text)).toEqual({ method: 'eth_chainId', params: '[]', id: undefined })
})

test('of fields that come twice the last one counts, however its name is written', () => {
  const text = '{"jsonrpc":"2.0","method":"a","id":1,"\\u0069d":2,"params":[1],"params":[2]}'
  expect(readEnvelopes(text)).toEqual({ method: 'a', params: '[2]', id: '2' })
})

test.each([
  ['{"jsonrpc":"1.0","id":9007199254740993,"method":"a"}', '9007199254740993'],
  ['{"jsonrpc":"2.0","id":3,"method":"a","params":"0x"}', '3'],
  ['{"jsonrpc":"2.0","id":3,"method":5}', '3'],
  ['{"jsonrpc":"2.0","id":{},"method":"a"}', 'null'],
  ['{"jsonrpc":"2.0","id":true,"method":"a"}', 'null'],
  ['{}', 'null'],
  ['7', 'null'],
  ['[[]]', undefined],
])('%s is no request', (text, id) => {
  const read = readEnvelopes(text)
  if (id === undefined) expect(read).toEqual([{ method: undefined, id: 'null' }])
  else expect(read).toEqual({ method: undefined, id })
})

test('an empty batch and what is not JSON are told apart', () => {
  expect(readEnvelopes(' [ ] ')).toEqual([])
  expect(() => readEnvelopes('{"jsonrpc":')).toThrow(SyntaxError)
})
