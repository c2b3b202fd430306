import { expect, test } from 'vitest'
import type { NodeAnswer } from '../type/wire.js'
import { createChain } from './chain.js'

/** An engine that keeps what it is asked, and answers when it is told to. */
function engine() {
  type Asked = { method: string; params: string; entropy: string; answer(result: string): void }
  const asked: Asked[] = []
  const request = ({ method, params, entropy }: Omit<Asked, 'answer'>) =>
    new Promise<NodeAnswer>((resolve) => {
      const answer = (result: string) =>
        resolve({ result, error: null, changed: false, interval: null, notifications: [] })
      asked.push({ method, params, entropy, answer })
    })
  return { asked, chain: createChain({ request: request as never }) }
}

/** https://github.com/erpc/erpc/issues/851 */
test('numbers keep their value in parameters and results', async () => {
  const { asked, chain } = engine()
  const result = chain.request('anvil_setBalance', ['0xaa', 10n ** 20n + 1n, { gas: 2n ** 64n }])
  expect(asked[0]?.params).toBe('["0xaa","0x56bc75e2d63100001",{"gas":"0x10000000000000000"}]')
  asked[0]?.answer('{"gas":18446744073709551615}')
  expect(await result).toEqual({ gas: 18446744073709551615n })
  await expect(chain.request('anvil_setBalance', ['0xaa', 1e20])).rejects.toMatchObject({
    name: 'InvalidParameterError',
    data: { parameter: 'params[1]' },
  })
})

test('each request has 16 random bytes of its own', () => {
  const { asked, chain } = engine()
  for (let count = 0; count < 100; count += 1) void chain.request('eth_newBlockFilter')
  for (const { entropy } of asked) expect(entropy).toMatch(/^[\da-f]{32}$/)
  expect(new Set(asked.map(({ entropy }) => entropy)).size).toBe(100)
})

/** https://github.com/ethereum/go-ethereum/issues/2407 */
test('a subscription whose caller is gone before the answer is ended', async () => {
  const { asked, chain } = engine()
  const controller = new AbortController()
  const subscribed = chain.request('eth_subscribe', ['newHeads'], { signal: controller.signal })
  controller.abort(new Error('gone'))
  await expect(subscribed).rejects.toThrow('gone')
  asked[0]?.answer('"0x1"')
  await new Promise((resolve) => setTimeout(resolve, 0))
  expect(asked.map(({ method, params }) => [method, params])).toEqual([
    ['eth_subscribe', '["newHeads"]'],
    ['eth_unsubscribe', '["0x1"]'],
  ])
})

test('a subscription stays when its request is over before the signal', async () => {
  const { asked, chain } = engine()
  const controller = new AbortController()
  const subscribed = chain.request('eth_subscribe', ['newHeads'], { signal: controller.signal })
  asked[0]?.answer('"0x1"')
  expect(await subscribed).toBe('0x1')
  controller.abort()
  await new Promise((resolve) => setTimeout(resolve, 0))
  expect(asked).toHaveLength(1)
})
