import { expect, test, vi } from 'vitest'
import { EvmClosedError } from '../../src/evm/close.js'
import { createNodeClient } from '../../src/node/client.js'
import { EngineFailedError, OutOfMemoryError, WorkerDiedError } from '../../src/pool/engine.js'
import type { NodeAnswer } from '../../src/type/wire.js'
import { createDispatcher, type Dispatcher } from './dispatcher.js'
import { DEFAULTS } from './limits.js'

/** A node that opens and ends subscriptions, and notifies all of them when it mines. */
function node(options?: createDispatcher.Options) {
  const asked: string[] = []
  const open = new Set<string>()
  let dispatcher: Dispatcher | undefined
  const resultOf = (method: string, params: string): string => {
    if (method === 'eth_subscribe') {
      open.add(`0x${open.size + 1}`)
      return `"0x${open.size}"`
    }
    if (method === 'eth_unsubscribe') return String(open.delete(JSON.parse(params)[0]))
    if (method === 'evm_mine')
      for (const id of open)
        dispatcher?.notify(`{"result":{"number":"0x5"},"subscription":"${id}"}`)
    return method === 'echo' ? params : '"0x0"'
  }
  const node = createNodeClient({
    async request({ method, params }: { method: string; params: string }) {
      asked.push(method)
      // An engine answers in a task of its own.
      await new Promise((resolve) => setTimeout(resolve, 0))
      const result = resultOf(method, params)
      return { result, error: null, changed: true, interval: null, notifications: [] } as NodeAnswer
    },
  } as never)
  dispatcher = createDispatcher(node, options)
  return { asked, open, dispatcher }
}

const call = (id: number, method: string, params: unknown[] = []) =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params })

const subscribe = (id: number) => call(id, 'eth_subscribe', ['newHeads'])
const head = (id: string) =>
  `{"jsonrpc":"2.0","method":"eth_subscription","params":{"result":{"number":"0x5"},"subscription":"${id}"}}`

const later = () => new Promise((resolve) => setTimeout(resolve, 20))

/** https://github.com/erpc/erpc/issues/851 */
test('ids and parameters pass as they are written', async () => {
  const { dispatcher } = node()
  const request = (id: string) =>
    `{"jsonrpc":"2.0","id":${id},"method":"echo","params":[1e+21,9007199254740993]}`
  const answer = (id: string) => `{"jsonrpc":"2.0","id":${id},"result":[1e+21,9007199254740993]}`
  expect(await dispatcher.answer(request('9007199254740993'))).toBe(answer('9007199254740993'))
  const batch = `[${request('9007199254740992')},${request('9007199254740993')}]`
  expect(await dispatcher.answer(batch)).toBe(
    `[${answer('9007199254740992')},${answer('9007199254740993')}]`,
  )
  expect(await dispatcher.answer('{"jsonrpc":"1.0","id":-18446744073709551616}')).toMatch(
    /"id":-18446744073709551616,"error"/,
  )
})

/** https://github.com/ethereum/go-ethereum/issues/2407 */
test.each([
  ['one batch', [`[${subscribe(1)},${call(2, 'evm_mine')},${call(3, 'evm_mine')}]`]],
  ['requests that do not wait for each other', [subscribe(1), call(2, 'evm_mine')]],
])('the id of a subscription is sent before its notifications (%s)', async (_, texts) => {
  const { dispatcher } = node()
  const sent: string[] = []
  const connection = dispatcher.connect((text) => sent.push(text))
  await Promise.all(texts.map((text) => connection.receive(text)))
  expect(sent[0]).toContain('"id":1,"result":"0x1"')
  expect(sent.filter((text) => text === head('0x1')).length).toBe(texts.length === 1 ? 2 : 1)
  connection.close()
})

test('a batch that waits holds no other subscription back', async () => {
  const { dispatcher } = node()
  const sent: string[] = []
  const connection = dispatcher.connect((text) => sent.push(text))
  await connection.receive(subscribe(1))
  await connection.receive(`[${subscribe(2)},${call(3, 'evm_mine')}]`)
  expect(sent.map((text) => (text.startsWith('[') ? 'batch' : text)).slice(1)).toEqual([
    head('0x1'),
    'batch',
    head('0x2'),
  ])
})

test('an ended subscription sends no notifications', async () => {
  const { dispatcher, open } = node()
  const sent: string[] = []
  const connection = dispatcher.connect((text) => sent.push(text))
  await connection.receive(subscribe(1))
  await Promise.all([
    connection.receive(call(2, 'eth_unsubscribe', ['0x1'])),
    connection.receive(call(3, 'evm_mine')),
  ])
  expect(open.size).toBe(0)
  expect(sent).not.toContain(head('0x1'))
})

test.each(['"0x1"', '"0x01"', '"1"', '1', '"0x_1"'])(
  'nobody ends the subscription of another connection, as %s either',
  async (id) => {
    const { dispatcher, open } = node()
    const sent: string[] = []
    const one = dispatcher.connect((text) => sent.push(text))
    const answers: string[] = []
    const other = dispatcher.connect((text) => answers.push(text))
    await one.receive(subscribe(1))
    await other.receive(`{"jsonrpc":"2.0","id":1,"method":"eth_unsubscribe","params":[${id}]}`)
    expect(open.size).toBe(1)
    expect(answers[0]).toMatch(/"result":false|"code":-32602/)
    expect(await dispatcher.answer(call(1, 'eth_unsubscribe', ['0x1']))).toMatch(/-32601/)
    await other.receive(call(2, 'evm_mine'))
    expect(sent[1]).toBe(head('0x1'))
    await one.receive(call(2, 'eth_unsubscribe', ['0x1']))
    expect(sent[2]).toBe('{"jsonrpc":"2.0","id":2,"result":true}')
    expect(open.size).toBe(0)
  },
)

test('subscriptions end with their connection, also one whose answer is not there yet', async () => {
  const { dispatcher, open } = node()
  const sent: string[] = []
  const connection = dispatcher.connect((text) => sent.push(text))
  await connection.receive(subscribe(1))
  const pending = connection.receive(subscribe(2))
  connection.close()
  await pending
  await vi.waitFor(() => expect(open.size).toBe(0), { timeout: 5_000 })
  expect(sent).toHaveLength(1)
})

test('eth_subscribe as a notification opens no subscription', async () => {
  const { dispatcher, open } = node()
  const connection = dispatcher.connect(() => {})
  await connection.receive('{"jsonrpc":"2.0","method":"eth_subscribe","params":["newHeads"]}')
  expect(open.size).toBe(0)
})

test('requests are logged with their errors', async () => {
  const lines: string[] = []
  const error = '{"code":3,"message":"execution reverted"}'
  const node = createNodeClient({
    request: async () => ({ result: null, error }),
  } as never)
  const dispatcher = createDispatcher(node, { log: (line) => lines.push(line) })
  await dispatcher.answer(call(1, 'eth_call'))
  expect(lines).toEqual([
    expect.stringMatching(/^eth_call \d+\.\d ms, error 3: execution reverted$/),
  ])
})

test('pages and extensions use no private keys, in a batch neither', async () => {
  const { asked, dispatcher } = node({ pagesSign: false })
  const page = 'http://localhost:3000'
  const sent: string[] = []
  const connection = dispatcher.connect((text) => sent.push(text), { origin: page })
  const message = 'personal_sign uses private keys: not allowed for pages and extensions'
  const refused = { jsonrpc: '2.0', id: 1, error: { code: 4100, message } }
  const batch = `[${call(1, 'personal_sign')},${call(2, 'eth_chainId')}]`
  await connection.receive(batch)
  for (const answer of [await dispatcher.answer(batch, { origin: page }), sent[0]])
    expect(JSON.parse(answer ?? '')).toEqual([refused, { jsonrpc: '2.0', id: 2, result: '0x0' }])
  expect(asked).toEqual(['eth_chainId', 'eth_chainId'])
  // Who is no page may, and every page where everybody has the keys.
  await dispatcher.answer(call(3, 'personal_sign'))
  expect(asked).toEqual(['eth_chainId', 'eth_chainId', 'personal_sign'])
  const known = node()
  await known.dispatcher.answer(call(3, 'personal_sign'), { origin: page })
  expect(known.asked).toEqual(['personal_sign'])
})

test('a client that is gone keeps its place until the engine has ended its subscription', async () => {
  const answers: ((result: string) => void)[] = []
  const asked: string[] = []
  const node = createNodeClient({
    request: ({ method }: { method: string }) =>
      new Promise((resolve) => {
        asked.push(method)
        answers.push((result) => resolve({ result, error: null }))
      }),
  } as never)
  const dispatcher = createDispatcher(node, { limits: { ...DEFAULTS, queue: 1 } })
  const connection = dispatcher.connect(() => {})
  const pending = connection.receive(subscribe(1))
  await later()
  connection.close()
  expect(await dispatcher.answer(call(1, 'eth_chainId'))).toMatch(/-32005.*all clients/)
  answers[0]?.('"0x1"')
  await later()
  expect(asked).toEqual(['eth_subscribe', 'eth_unsubscribe'])
  expect(await dispatcher.answer(call(1, 'eth_chainId'))).toMatch(/-32005/)
  answers[1]?.('true')
  await pending
  const answer = dispatcher.answer(call(1, 'eth_chainId'))
  await later()
  answers[2]?.('"0x1"')
  expect(await answer).toContain('"result":"0x1"')
})

test.each([
  ['memory', new OutOfMemoryError(7), -32005, /out of memory: it asked for 7 more bytes/],
  ['a trap', new EngineFailedError('unreachable'), -32005, /The engine failed: unreachable/],
  [
    'its worker',
    new WorkerDiedError('engine', new Error('exit')),
    -32005,
    /A worker \(engine\) of the engine died/,
  ],
  ['a long reason', new EngineFailedError('x'.repeat(1_000_000)), -32005, /^.{400}$/s],
  ['a close', new EvmClosedError(), -32603, /The engine was closed/],
])('an engine that is lost is an error of its request (%s)', async (_, error, code, message) => {
  const node = createNodeClient({ request: async () => Promise.reject(error) } as never)
  const dispatcher = createDispatcher(node)
  const answer = JSON.parse((await dispatcher.answer(call(1, 'eth_call'))) ?? '')
  expect(answer).toMatchObject({ id: 1, error: { code, message: expect.stringMatching(message) } })
})

test('requests carry the name of the client', async () => {
  const asked: unknown[] = []
  const node = createNodeClient({
    async request({ method }: { method: string }, options: { client?: string }) {
      asked.push([method, options.client])
      return { result: '"0x1"', error: null }
    },
  } as never)
  const dispatcher = createDispatcher(node)
  const connection = dispatcher.connect(() => {}, { client: 'socket' })
  await connection.receive(subscribe(1))
  await connection.receive(call(2, 'eth_call'))
  await dispatcher.answer(call(3, 'eth_call'), { client: 'page' })
  connection.close()
  expect(asked).toEqual([
    ['eth_subscribe', 'socket'],
    ['eth_call', 'socket'],
    ['eth_call', 'page'],
    ['eth_unsubscribe', 'socket'],
  ])
})

test.each([
  ['more than any text', `["${'0'.repeat(5_000_000)}"]`],
  ['spaces', `[${' '.repeat(5_000_000)}"0x1"]`],
  ['lists', `[${'['.repeat(200)}${']'.repeat(200)}]`],
  ['JSON that is wrong', '[,]'],
])('%s is no subscription', async (_, params) => {
  const { dispatcher } = node()
  const sent: string[] = []
  const connection = dispatcher.connect((text) => sent.push(text))
  await connection.receive(`{"jsonrpc":"2.0","id":1,"method":"eth_unsubscribe","params":${params}}`)
  expect(sent[0]).toMatch(/-32602/)
  connection.close()
})

test('notifications that wait for the answer before them are kept up to the buffer', async () => {
  const answers: (() => void)[] = []
  const node = createNodeClient({
    request: ({ method }: { method: string }) =>
      new Promise((resolve) => {
        const answer = () => resolve({ result: '"0x1"', error: null })
        if (method === 'eth_subscribe') answer()
        else answers.push(answer)
      }),
  } as never)
  const dispatcher = createDispatcher(node, { limits: { ...DEFAULTS, buffer: 500 } })
  const ends: string[] = []
  const sent: string[] = []
  const connection = dispatcher.connect((text) => sent.push(text), {
    end: (reason) => ends.push(reason),
  })
  const pending = connection.receive(`[${subscribe(1)},${call(2, 'evm_mine')}]`)
  await later()
  // Each takes 115 characters.
  const notify = () =>
    dispatcher.notify('{"result":{"number":"0x5"},"subscription":"0x1","x":"11111"}')
  for (let count = 0; count < 4; count += 1) notify()
  expect(ends).toEqual([])
  notify()
  expect(ends).toEqual(['more than 500 bytes wait for an answer before them'])
  answers[0]?.()
  await pending
  expect(sent).toHaveLength(5)
  expect(sent[1]).toHaveLength(115)
  connection.close()
})
