import { expect, test } from 'vitest'
import { createNodeClient } from '../../src/node/client.js'
import type { NodeAnswer } from '../../src/type/wire.js'
import { createDispatcher } from './dispatcher.js'
import { DEFAULTS, type Limits } from './limits.js'

/** A dispatcher before a node that answers each method with so many characters, and keeps what it is asked. */
function dispatcherOf(limits: Partial<Limits> = {}, lengths: Record<string, number> = {}) {
  const asked: string[] = []
  let running = 0
  let most = 0
  const node = createNodeClient({
    async request({ method }: { method: string }) {
      asked.push(method)
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => setTimeout(resolve, 1))
      running -= 1
      const result = `"${'x'.repeat(lengths[method] ?? 1)}"`
      return { result, error: null, changed: true, interval: null, notifications: [] } as NodeAnswer
    },
  } as never)
  const dispatcher = createDispatcher(node, { limits: { ...DEFAULTS, ...limits } })
  return { dispatcher, asked, most: () => most }
}

const call = (id: number | undefined, method: string) =>
  JSON.stringify({ jsonrpc: '2.0', id, method })
const batch = (...methods: string[]) =>
  `[${methods.map((method, id) => call(id, method)).join(',')}]`
const codes = (text: string | undefined) =>
  JSON.parse(text ?? '').map((one: { error?: { code: number } }) => one.error?.code ?? 'ok')

test('changes run one after the other, reads in a row together', async () => {
  const changes = dispatcherOf()
  await changes.dispatcher.answer(batch('evm_mine', 'evm_mine', 'evm_mine', 'eth_call', 'evm_mine'))
  expect(changes.most()).toBe(1)
  const reads = dispatcherOf({ ahead: 4 })
  const methods = Array<string>(10).fill('eth_call')
  await reads.dispatcher.answer(batch('evm_mine', ...methods, 'evm_mine'))
  expect(reads.most()).toBe(4)
  expect(reads.asked).toEqual(['evm_mine', ...methods, 'evm_mine'])
})

test('after 25 MB of answers the rest of a batch is refused and not executed', async () => {
  // Each answer takes 94 characters.
  const five = batch('evm_mine', 'evm_mine', 'evm_mine', 'evm_mine', 'evm_mine')
  const at = dispatcherOf({ 'batch-answer': 188 }, { evm_mine: 58 })
  expect(codes(await at.dispatcher.answer(five))).toEqual(['ok', 'ok', 'ok', -32003, -32003])
  expect(at.asked).toHaveLength(3)
  const below = dispatcherOf({ 'batch-answer': 187 }, { evm_mine: 58 })
  expect(codes(await below.dispatcher.answer(five))).toEqual(['ok', 'ok', -32003, -32003, -32003])
  expect(below.asked).toHaveLength(2)
})

test('reads that ran ahead of the answer that was too much are refused as well', async () => {
  const node = dispatcherOf({ 'batch-answer': 200, ahead: 16 }, { eth_call: 58 })
  const answer = await node.dispatcher.answer(
    batch(...Array<string>(6).fill('eth_call'), 'evm_mine'),
  )
  expect(codes(answer)).toEqual(['ok', 'ok', 'ok', -32003, -32003, -32003, -32003])
  expect(node.asked).not.toContain('evm_mine')
})

test('notifications in a refused batch are neither executed nor answered', async () => {
  const node = dispatcherOf({ 'batch-answer': 50 }, { evm_mine: 58 })
  const answer = await node.dispatcher.answer(
    `[${call(1, 'evm_mine')},${call(undefined, 'evm_mine')}]`,
  )
  expect(codes(answer)).toEqual(['ok'])
  expect(node.asked).toEqual(['evm_mine'])
})

test('an answer at the bound is sent, one above it is -32003', async () => {
  const node = dispatcherOf({ answer: 100 }, { eth_call: 98, eth_getLogs: 99 })
  expect(JSON.parse((await node.dispatcher.answer(call(1, 'eth_call'))) ?? '').result).toHaveLength(
    98,
  )
  expect(JSON.parse((await node.dispatcher.answer(call(1, 'eth_getLogs'))) ?? '')).toEqual({
    jsonrpc: '2.0',
    id: 1,
    error: { code: -32003, message: 'the answer takes more than 100 bytes' },
  })
})

test('a client has so many requests at once, inside of batches as well', async () => {
  const node = dispatcherOf({ 'client-queue': 3, queue: 5 })
  const mine = batch('evm_mine', 'evm_mine', 'evm_mine', 'evm_mine')
  const [first, second, other] = await Promise.all([
    node.dispatcher.answer(mine, { client: 'a' }),
    node.dispatcher.answer(call(1, 'eth_call'), { client: 'a' }),
    node.dispatcher.answer(mine, { client: 'b' }),
  ])
  expect(codes(first)).toEqual(['ok', 'ok', 'ok', -32005])
  expect(JSON.parse(second ?? '').error).toEqual({
    code: -32005,
    message: 'too many requests of this client wait for their answers',
  })
  expect(codes(other)).toEqual(['ok', 'ok', -32005, -32005])
  expect(node.asked).toHaveLength(5)
  // All places are free again.
  expect(codes(await node.dispatcher.answer(mine, { client: 'a' }))).toEqual([
    'ok',
    'ok',
    'ok',
    -32005,
  ])
})

test('a client has so much text of requests at once', async () => {
  const text = call(1, 'eth_call')
  const node = dispatcherOf({
    'client-queue-bytes': 2 * text.length,
    'queue-bytes': 3 * text.length,
  })
  const ask = (client: string) => node.dispatcher.answer(text, { client })
  const answers = await Promise.all(['a', 'a', 'a', 'b', 'b'].map(ask))
  expect(codes(`[${answers.join(',')}]`)).toEqual(['ok', 'ok', -32005, 'ok', -32005])
  expect(codes(`[${await ask('a')}]`)).toEqual(['ok'])
})

test('answers count until their client has read them, the first 64 KiB of each never', async () => {
  const long = 65_536 + 100
  const node = dispatcherOf({ 'client-answers': 250, answers: 300 }, { eth_call: long - 2 })
  const reads = [new AbortController(), new AbortController(), new AbortController()]
  const ask = async (client: string, { signal }: AbortController) =>
    JSON.parse((await node.dispatcher.answer(call(1, 'eth_call'), { client, signal })) ?? '')
  const [one, two, three] = reads as [AbortController, AbortController, AbortController]
  expect(await ask('a', one)).toHaveProperty('result')
  expect(await ask('a', two)).toHaveProperty('result')
  expect(node.dispatcher.unread.held).toBe(200)
  expect((await ask('a', three)).error.code).toBe(-32005)
  expect(await ask('b', new AbortController())).toHaveProperty('result')
  expect((await ask('b', new AbortController())).error.message).toMatch(/all clients/)
  const small = await node.dispatcher.answer(call(1, 'eth_chainId'), {
    client: 'a',
    signal: three.signal,
  })
  expect(small).toContain('"result"')
  one.abort()
  two.abort()
  expect(await ask('a', three)).toHaveProperty('result')
  expect(node.dispatcher.unread.held).toBe(200)
})

test('a batch whose client has gone is executed no further', async () => {
  const node = dispatcherOf()
  const gone = new AbortController()
  const answer = node.dispatcher.answer(batch('evm_mine', 'evm_mine', 'evm_mine'), {
    signal: gone.signal,
  })
  // Until the first one is asked, and before it is answered.
  while (node.asked.length === 0) await Promise.resolve()
  gone.abort(new Error('gone'))
  await expect(answer).rejects.toThrow('gone')
  expect(node.asked).toHaveLength(1)
  expect(node.dispatcher.unread.held).toBe(0)
})
