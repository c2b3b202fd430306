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

test('the last of duplicate members counts, whatever escapes its name has', () => {
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

test('an empty batch and invalid JSON have different errors', () => {
  expect(readEnvelopes(' [ ] ')).toEqual([])
  expect(() => readEnvelopes('{"jsonrpc":')).toThrow(SyntaxError)
})

test('parameters are not read before their turn, JSON that is wrong in them included', () => {
  const text = '{"jsonrpc":"2.0","id":1,"method":"a","params":[1,,tru {"b"]"}]}'
  expect(() => readEnvelopes(text)).toThrow(SyntaxError)
  const params = '[1,,tru {"b"}]'
  expect(readEnvelopes(`{"jsonrpc":"2.0","id":1,"method":"a","params":${params}}`)).toEqual({
    method: 'a',
    params,
    id: '1',
  })
})

test.each([
  '',
  ' ',
  '{',
  '[',
  '{"a"',
  '{"a":',
  '{"a":1',
  '{"a":1,}',
  '{a:1}',
  '{"a":1}}',
  '{} {}',
  '[{}',
  '[{},]',
  '[,]',
  '{"a":[}]}',
  '{"a":[1}',
  '{"a":"}',
  '{"a":"\\"}',
  'hello',
  'nulll',
  '01',
  '1.',
  '"a',
  '"a\\"',
  '{"id":"\\x","method":"a","jsonrpc":"2.0"}',
  '{"id":"\n","method":"a","jsonrpc":"2.0"}',
  '{"id":1 2}',
  '{"id":01}',
  '{"\\u00zz":1}',
  '\u{feff}{}',
  '\u{a0}{}',
])('%j is not JSON', (text) => {
  expect(() => JSON.parse(text)).toThrow(SyntaxError)
  expect(() => readEnvelopes(text)).toThrow(expect.objectContaining({ code: -32700 }))
})

test('whole documents are read as JSON.parse reads them', () => {
  const values = ['1', '-0.5e+3', 'null', 'true', 'false', '""', '"\\u2028\\""', '[ ]', '[[],{}]']
  for (const value of values) {
    expect(JSON.parse(value)).toBeDefined()
    expect(readEnvelopes(` {"x" :\t${value}\n, "id":1}\r`)).toEqual({ method: undefined, id: '1' })
  }
})

test('lists and objects lie 256 deep in each other, and no deeper', () => {
  const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
  const request = (levels: number) =>
    `{"jsonrpc":"2.0","id":1,"method":"a","params":${nested(levels)}}`
  const message = 'more than 256 lists and objects in each other'
  expect(readEnvelopes(request(255))).toMatchObject({ params: nested(255) })
  expect(() => readEnvelopes(request(256))).toThrow(message)
  expect(readEnvelopes(`[${request(254)}]`)).toHaveLength(1)
  expect(() => readEnvelopes(`[${request(255)}]`)).toThrow(message)
  expect(readEnvelopes(nested(256))).toEqual([{ method: undefined, id: 'null' }])
  expect(() => readEnvelopes(nested(257))).toThrow(message)
  expect(() => readEnvelopes('['.repeat(257))).toThrow(message)
})

test('an id has 200 bytes at most, as it is written', () => {
  const request = (id: string) => `{"jsonrpc":"2.0","id":${id},"method":"a"}`
  const digits = '9'.repeat(200)
  expect(readEnvelopes(request(digits))).toMatchObject({ method: 'a', id: digits })
  const refused = { method: undefined, id: 'null', reason: 'id: more than 200 bytes' }
  expect(readEnvelopes(request(`${digits}9`))).toEqual(refused)
  expect(readEnvelopes(request(`"${'a'.repeat(199)}"`))).toEqual(refused)
})

test('of a method that is longer than any the beginning is left', () => {
  const read = readEnvelopes(`{"jsonrpc":"2.0","id":1,"method":"${'m'.repeat(1_000_000)}"}`)
  expect(read).toMatchObject({ method: 'm'.repeat(1_199), id: '1' })
})

test('a batch has 1,000 requests at most, a request 32 members', () => {
  const batch = (count: number) => `[${Array(count).fill('{"id":1}').join(',')}]`
  expect(readEnvelopes(batch(1_000))).toHaveLength(1_000)
  expect(() => readEnvelopes(batch(1_001))).toThrow(
    expect.objectContaining({ code: -32600, message: 'a batch of more than 1000 requests' }),
  )
  const members = (count: number) => `{${Array(count).fill('"id":1').join(',')}}`
  expect(readEnvelopes(members(32))).toMatchObject({ id: '1' })
  expect(() => readEnvelopes(members(33))).toThrow(
    expect.objectContaining({ code: -32600, message: 'a request of more than 32 members' }),
  )
})

const fill = (part: string) => part.repeat(Math.ceil((5 * 2 ** 20) / part.length))
const inParams = (part: string) => `{"jsonrpc":"2.0","id":1,"method":"a","params":[${fill(part)}]}`

test.each([
  ['lists', fill('[')],
  ['objects', fill('{"a":')],
  ['lists and their ends', fill('[]')],
  ['escapes', `"${fill('\\u')}`],
  ['quotes', fill('"')],
  ['backslashes', `"${fill('\\')}`],
  ['spaces', fill(' ')],
  ['digits', fill('1')],
  ['minus', fill('-')],
  ['commas', `[${fill(',')}`],
  ['tiny items', `[${fill('1,')}1]`],
  ['tiny requests', `[${fill('{},')}{}]`],
  ['members', `{${fill('"a":1,')}"a":1}`],
  ['members with escapes', `{${fill('"\\u0069d":1,')}"a":1}`],
  ['a long name', `{"${fill('a')}":1}`],
  ['a long id', `{"id":"${fill('\\u0000')}"}`],
  ['a long method', `{"method":"${fill('\\u0000')}"}`],
  ['a long string', `{"jsonrpc":"${fill('2.0')}"}`],
  ['parameters of tiny lists', inParams('[],')],
  ['parameters of tiny strings', inParams('"",')],
  ['parameters of escapes', inParams('"\\"",')],
  ['parameters of wide characters', inParams('"\u{1f600}",')],
  [
    'requests with much in them',
    `[${Array(1_000).fill(`{${'"\\u006d\\u0065":"",'.repeat(31)}"a":1}`)}]`,
  ],
])('5 MB of %s hold nobody up', (_, text) => {
  const times = Array.from({ length: 3 }, () => {
    const start = process.cpuUsage()
    try {
      readEnvelopes(text)
    } catch (error) {
      expect(error).toBeInstanceOf(SyntaxError)
    }
    const { user, system } = process.cpuUsage(start)
    return (user + system) / 1_000
  })
  // Milliseconds of this process: others may run on the machine.
  expect(Math.min(...times)).toBeLessThan(50)
})

/** A generator of numbers below a bound, which a seed begins. */
function random(seed: number) {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state % below
  }
}

test('of damaged requests those are read that JSON.parse reads, with the same values', () => {
  const whole =
    '[{"jsonrpc":"2.0","id":"a\\u0041\\"","method":"eth_call","params":[{"a]":[1e2,"}"]},-1]},{"\\u0069d":7}, 3 ]'
  const signs = '[]{}",:\\ 10e-+.tnu\u00e9'
  for (let seed = 1; seed <= 4_000; seed += 1) {
    const below = random(seed)
    let text = whole
    for (let edits = below(3) + 1; edits > 0; edits -= 1) {
      const at = below(text.length)
      const sign = below(2) === 0 ? signs.charAt(below(signs.length)) : ''
      text = text.slice(0, at) + sign + text.slice(at + below(2))
    }
    let expected: unknown
    try {
      expected = JSON.parse(text)
    } catch {
      // Where it is wrong only inside of what is skipped, that shows later.
      continue
    }
    const read = readEnvelopes(text)
    if (!Array.isArray(expected)) continue
    expect(read, `seed ${seed}: ${text}`).toHaveLength(expected.length)
    for (const [index, value] of expected.entries()) {
      const one = (read as ReturnType<typeof readEnvelopes>[])[index] as {
        id?: string
        params?: string
        method?: string
      }
      const { id, params, method } = Object(value)
      if (one.method === undefined) continue
      expect(one.method, `seed ${seed}`).toBe(method)
      expect(one.id === undefined ? undefined : JSON.parse(one.id), `seed ${seed}`).toEqual(id)
      expect(JSON.parse(one.params ?? ''), `seed ${seed}`).toEqual(params ?? [])
    }
  }
})
