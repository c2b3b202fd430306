import { expect, test } from 'vitest'
import type { NodeAnswer } from '../type/wire.js'
import { createNodeClient } from './client.js'

/** An engine that records its requests and answers on demand. */
function startEngine() {
  type Sent = { method: string; params: string; entropy: string; answer(result: string): void }
  const sent: Sent[] = []
  const request = ({ method, params, entropy }: Omit<Sent, 'answer'>) =>
    new Promise<NodeAnswer>((resolve) => {
      const answer = (result: string) =>
        resolve({ result, error: null, changed: false, interval: null, notifications: [] })
      sent.push({ method, params, entropy, answer })
    })
  return {
    sent,
    node: createNodeClient({
      request: request as never,
      requestNow: request as never,
      isFree: false,
    }),
  }
}

/** https://github.com/erpc/erpc/issues/851 */
test('numbers keep their value in parameters and results', async () => {
  const { sent, node } = startEngine()
  const result = node.request('anvil_setBalance', ['0xaa', 10n ** 20n + 1n, { gas: 2n ** 64n }])
  expect(sent[0]?.params).toBe('["0xaa","0x56bc75e2d63100001",{"gas":"0x10000000000000000"}]')
  sent[0]?.answer('{"gas":18446744073709551615}')
  expect(await result).toEqual({ gas: 18446744073709551615n })
  await expect(node.request('anvil_setBalance', ['0xaa', 1e20])).rejects.toMatchObject({
    name: 'InvalidParameterError',
    data: { parameter: 'params[1]' },
  })
})

test('each request has 16 random bytes of its own', () => {
  const { sent, node } = startEngine()
  for (let count = 0; count < 100; count += 1) void node.request('eth_newBlockFilter')
  for (const { entropy } of sent) expect(entropy).toMatch(/^[\da-f]{32}$/)
  expect(new Set(sent.map(({ entropy }) => entropy)).size).toBe(100)
})

/** https://github.com/ethereum/go-ethereum/issues/2407 */
test('a subscription is closed where its caller aborts before the answer', async () => {
  const { sent, node } = startEngine()
  const controller = new AbortController()
  const subscribed = node.request('eth_subscribe', ['newHeads'], { signal: controller.signal })
  controller.abort(new Error('gone'))
  await expect(subscribed).rejects.toThrow('gone')
  sent[0]?.answer('"0x1"')
  await new Promise((resolve) => setTimeout(resolve, 0))
  expect(sent.map(({ method, params }) => [method, params])).toEqual([
    ['eth_subscribe', '["newHeads"]'],
    ['eth_unsubscribe', '["0x1"]'],
  ])
})

test('a subscription stays open where the signal is aborted after the answer', async () => {
  const { sent, node } = startEngine()
  const controller = new AbortController()
  const subscribed = node.request('eth_subscribe', ['newHeads'], { signal: controller.signal })
  sent[0]?.answer('"0x1"')
  expect(await subscribed).toBe('0x1')
  controller.abort()
  await new Promise((resolve) => setTimeout(resolve, 0))
  expect(sent).toHaveLength(1)
})
