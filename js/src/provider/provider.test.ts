import { expect, test, vi } from 'vitest'
import { EvmClosedError } from '../evm/close.js'
import type { NodeClient } from '../node/client.js'
import { EngineFailedError, OutOfMemoryError } from '../pool/engine.js'
import { createProvider } from './provider.js'

/** A node whose answers are written down. */
function chainOf(answers: Record<string, unknown>): Pick<NodeClient, 'request' | 'requestText'> {
  return {
    async request(method) {
      const answer = answers[method]
      if (answer instanceof Error) throw answer
      return answer as never
    },
    requestText: () => Promise.reject(new Error('not asked')),
  }
}

const nextTask = () => new Promise((resolve) => setTimeout(resolve, 0))

test('a request is answered', async () => {
  const { provider } = createProvider(chainOf({ eth_blockNumber: '0x2' }))
  expect(await provider.request({ method: 'eth_blockNumber' })).toBe('0x2')
})

test.each([
  [new EvmClosedError(), 4900, 'ProviderDisconnectedError'],
  [new EngineFailedError('panic'), -32603, 'InternalRpcError'],
  [new OutOfMemoryError(8), -32005, 'LimitExceededRpcError'],
])('%s has the code of EIP-1193', async (cause, code, name) => {
  const { provider } = createProvider(chainOf({ eth_call: cause }))
  const call = provider.request({ method: 'eth_call' })
  await expect(call).rejects.toMatchObject({ code, name, cause })
})

test.each([undefined, null, 'eth_call', {}, { method: 1 }])('%j is no request', async (request) => {
  const { provider } = createProvider(chainOf({}))
  await expect(provider.request(request as never)).rejects.toMatchObject({ code: -32600 })
})

test('connect is emitted once, after the first listener', async () => {
  const chain = chainOf({ eth_chainId: '0x1', eth_accounts: [] })
  const { provider } = createProvider(chain)
  const listener = vi.fn()
  provider.on('connect', listener)
  provider.on('chainChanged', listener)
  await nextTask()
  expect(listener.mock.calls).toEqual([[{ chainId: '0x1' }]])
})

test('changes of the chain id and of the accounts are emitted', async () => {
  const answers: Record<string, unknown> = { eth_chainId: '0x1', eth_accounts: ['0xaa'] }
  const { provider, changed } = createProvider(chainOf(answers))
  const chain = vi.fn()
  const accounts = vi.fn()
  provider.on('chainChanged', chain).on('accountsChanged', accounts)
  await nextTask()
  changed('anvil_reset')
  await nextTask()
  expect(chain).not.toHaveBeenCalled()
  answers.eth_chainId = '0x2'
  changed('anvil_setChainId')
  await nextTask()
  answers.eth_accounts = ['0xaa', '0xbb']
  changed('anvil_impersonateAccount')
  await nextTask()
  expect(chain.mock.calls).toEqual([['0x2']])
  expect(accounts.mock.calls).toEqual([[['0xaa', '0xbb']]])
  provider.removeListener('chainChanged', chain)
  answers.eth_chainId = '0x3'
  changed('anvil_setChainId')
  await nextTask()
  expect(chain).toHaveBeenCalledTimes(1)
})

test('subscriptions and disconnect are emitted', () => {
  const { provider, notify, disconnect } = createProvider(chainOf({}))
  const listener = vi.fn()
  provider.on('message', listener).on('disconnect', listener)
  notify('{"subscription":"0x1","result":{"number":"0x5"}}')
  disconnect()
  const data = { subscription: '0x1', result: { number: '0x5' } }
  expect(listener.mock.calls).toEqual([
    [{ type: 'eth_subscription', data }],
    [expect.objectContaining({ code: 4900 })],
  ])
})
