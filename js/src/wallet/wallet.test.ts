import { expect, test, vi } from 'vitest'
import type { NodeClient } from '../node/client.js'
import { createProvider } from '../provider/provider.js'
import { rpcError } from '../provider/rpcError.js'
import type { Hex } from '../type/wire.js'

const ALICE = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const BOB = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'
const TOKEN = '0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2'

/** A chain of two accounts. It mines each transaction; those with the data 0xfe fail, 0xfa is refused. */
function chainOf() {
  const sent: Record<string, unknown>[] = []
  let chainId: Hex = '0x7a69'
  let mines = true
  const receipts = new Map<unknown, object>()
  const answer = (method: string, [first]: readonly unknown[]): unknown => {
    const call = first as { data?: string }
    switch (method) {
      case 'eth_chainId':
        return chainId
      case 'anvil_setChainId':
        chainId = first as Hex
        return null
      case 'eth_accounts':
        return [ALICE, BOB]
      case 'eth_estimateGas':
        if (call.data !== undefined) throw rpcError({ code: 3, message: 'execution reverted' })
        return '0x5208'
      case 'eth_getBlockByNumber':
        return { gasLimit: '0x1c9c380' }
      case 'eth_sendTransaction': {
        if (call.data === '0xfa') throw rpcError({ code: -32000, message: 'insufficient funds' })
        sent.push(call)
        const transactionHash = `0x${sent.length}`
        const status = call.data === '0xfe' ? '0x0' : '0x1'
        const block = { blockHash: '0xb1', blockNumber: '0x1', gasUsed: '0x5208' }
        const log = { address: BOB, data: '0x', topics: [], logIndex: '0x0' }
        if (mines)
          receipts.set(transactionHash, {
            ...block,
            transactionHash,
            status,
            logs: [log],
            type: '0x2',
          })
        return transactionHash
      }
      case 'eth_getTransactionReceipt':
        return receipts.get(first) ?? null
      case 'eth_getTransactionByHash':
        return mines ? null : {}
      default:
        return `asked ${method}`
    }
  }
  const chain: Pick<NodeClient, 'request' | 'requestText'> = {
    request: async (method, params) => answer(method, (params ?? []) as unknown[]) as never,
    requestText: () => Promise.reject(new Error('not asked')),
  }
  return { sent, chain, forget: () => receipts.clear(), wait: () => (mines = false) }
}

function walletOf(connected?: boolean) {
  const node = chainOf()
  const { provider, changed } = createProvider(node.chain, { connected })
  const ask = (method: string, params?: unknown) => provider.request<never>({ method, params })
  return { ...node, provider, changed, ask }
}

test('accounts are visible from the start, unless `connected` is false', async () => {
  expect(await walletOf().ask('eth_accounts')).toEqual([ALICE, BOB])
  const { ask } = walletOf(false)
  expect(await ask('eth_accounts')).toEqual([])
  expect(await ask('wallet_getPermissions')).toEqual([])
  expect(await ask('eth_requestAccounts')).toEqual([ALICE, BOB])
  expect(await ask('eth_accounts')).toEqual([ALICE, BOB])
})

test('nothing is signed before an account is connected', async () => {
  const { ask, sent } = walletOf(false)
  for (const method of ['eth_sendTransaction', 'personal_sign', 'eth_sign', 'eth_signTypedData_v4'])
    await expect(ask(method, [{}])).rejects.toMatchObject({ code: 4100 })
  const bundle = { version: '2.0.0', chainId: '0x7a69', atomicRequired: false, calls: [{}] }
  await expect(ask('wallet_sendCalls', [bundle])).rejects.toMatchObject({ code: 4100 })
  await expect(ask('wallet_getCapabilities', [ALICE])).rejects.toMatchObject({ code: 4100 })
  expect(await ask('eth_call', [{}])).toBe('asked eth_call')
  expect(sent).toEqual([])
})

test('the permission is that of EIP-2255, and a change of accounts is an event', async () => {
  const { ask, provider } = walletOf(false)
  const listener = vi.fn()
  provider.on('accountsChanged', listener)
  const permission = {
    id: expect.stringMatching(/^[\da-f-]{36}$/),
    date: expect.any(Number),
    invoker: 'http://localhost',
    parentCapability: 'eth_accounts',
    caveats: [{ type: 'restrictReturnedAccounts', value: [ALICE, BOB] }],
  }
  expect(await ask('wallet_requestPermissions', [{ eth_accounts: {} }])).toEqual([permission])
  expect(listener.mock.calls).toEqual([[[ALICE, BOB]]])
  await ask('eth_requestAccounts')
  expect(await ask('wallet_getPermissions')).toEqual([permission])
  expect(await ask('wallet_revokePermissions', [{ eth_accounts: {} }])).toBeNull()
  expect(await ask('eth_accounts')).toEqual([])
  expect(listener.mock.calls.slice(1)).toEqual([[[]]])
})

test.each([
  undefined,
  [],
  [{}],
  [{ eth_sign: {} }],
  [{ eth_accounts: {}, eth_sign: {} }],
  [{ eth_accounts: { restrictReturnedAccounts: [ALICE] } }],
])('%j is no permission', async (params) => {
  const { ask } = walletOf(false)
  for (const method of ['wallet_requestPermissions', 'wallet_revokePermissions'])
    await expect(ask(method, params)).rejects.toMatchObject({ code: -32602 })
  expect(await ask('eth_accounts')).toEqual([])
})

test('a chain is known after it was added, and is switched to', async () => {
  const { ask, provider, changed } = walletOf()
  const listener = vi.fn()
  provider.on('chainChanged', listener)
  await new Promise((resolve) => setTimeout(resolve, 0))
  expect(await ask('wallet_switchEthereumChain', [{ chainId: '0x7A69' }])).toBeNull()
  await expect(ask('wallet_switchEthereumChain', [{ chainId: '0x2105' }])).rejects.toMatchObject({
    name: 'SwitchChainError',
    code: 4902,
  })
  const base = {
    chainId: '0x2105',
    chainName: 'Base',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: ['https://mainnet.base.org'],
    blockExplorerUrls: undefined,
  }
  expect(await ask('wallet_addEthereumChain', [base])).toBeNull()
  expect(await ask('eth_chainId')).toBe('0x2105')
  changed('anvil_setChainId')
  expect(await ask('wallet_switchEthereumChain', [{ chainId: '0x7a69' }])).toBeNull()
  changed('anvil_setChainId')
  expect(await ask('wallet_switchEthereumChain', [{ chainId: '0x2105' }])).toBeNull()
  expect(await ask('eth_chainId')).toBe('0x2105')
})

test.each([
  ['params[0]', undefined],
  ['params[0].chainId', [{}]],
  ['params[0].chainId', [{ chainId: 1 }]],
  ['params[0].chainId', [{ chainId: 1n }]],
  ['params[0].chainId', [{ chainId: '1' }]],
  ['params[0].chainId', [{ chainId: '0x01' }]],
  ['params[0].chainId', [{ chainId: '0x0' }]],
  ['params[0].chainId', [{ chainId: '0x20000000000000' }]],
])('a switch names what is wrong: %s', async (path, params) => {
  const { ask } = walletOf()
  for (const method of ['wallet_switchEthereumChain', 'wallet_addEthereumChain'])
    await expect(ask(method, params)).rejects.toMatchObject({
      code: -32602,
      message: expect.stringContaining(`\`${path}\``),
    })
})

test.each([
  ['params[0].chainName', { chainName: 5 }],
  ['params[0].nativeCurrency', { nativeCurrency: 'ETH' }],
  ['params[0].nativeCurrency.symbol', { nativeCurrency: { decimals: 18 } }],
  ['params[0].nativeCurrency.decimals', { nativeCurrency: { symbol: 'ETH', decimals: 8 } }],
  ['params[0].rpcUrls', { rpcUrls: [] }],
  ['params[0].rpcUrls', { rpcUrls: 'https://mainnet.base.org' }],
  ['params[0].iconUrls', { iconUrls: [5] }],
])('a chain to add names what is wrong: %s', async (path, wrong) => {
  const { ask } = walletOf()
  const added = ask('wallet_addEthereumChain', [{ chainId: '0x2105', ...wrong }])
  await expect(added).rejects.toMatchObject({
    code: -32602,
    message: expect.stringContaining(`\`${path}\``),
  })
  expect(await ask('eth_chainId')).toBe('0x7a69')
})

test('an asset is watched, as an object of EIP-747 or in a list', async () => {
  const { ask } = walletOf()
  const weth = { address: TOKEN, symbol: 'WETH', decimals: 18, image: 'https://example.org/a.png' }
  const asset = { type: 'ERC20', options: weth }
  expect(await ask('wallet_watchAsset', asset)).toBe(true)
  expect(await ask('wallet_watchAsset', [asset])).toBe(true)
  const nft = { type: 'ERC721', options: { address: TOKEN, tokenId: '5' } }
  expect(await ask('wallet_watchAsset', nft)).toBe(true)
})

test.each([
  ['params', undefined],
  ['params.options', { type: 'ERC20' }],
  ['params.type', { type: 'ERC777', options: { address: TOKEN } }],
  ['params.options.address', { type: 'ERC20', options: { address: '0x12' } }],
  ['params.options.symbol', { type: 'ERC20', options: { address: TOKEN, symbol: 5 } }],
  ['params.options.decimals', { type: 'ERC20', options: { address: TOKEN, decimals: 256 } }],
  ['params.options.decimals', { type: 'ERC20', options: { address: TOKEN, decimals: 10n } }],
  ['params.options.tokenId', { type: 'ERC1155', options: { address: TOKEN } }],
])('an asset names what is wrong: %s', async (path, params) => {
  await expect(walletOf().ask('wallet_watchAsset', params)).rejects.toMatchObject({
    code: -32602,
    message: expect.stringContaining(`\`${path}\``),
  })
})

const bundle = {
  version: '2.0.0',
  chainId: '0x7a69',
  from: ALICE,
  atomicRequired: false,
  calls: [{ to: BOB, value: '0x1' }, { to: BOB }],
}
const receipt = (transactionHash: string, status = '0x1') => ({
  logs: [{ address: BOB, data: '0x', topics: [] }],
  status,
  blockHash: '0xb1',
  blockNumber: '0x1',
  gasUsed: '0x5208',
  transactionHash,
})

test('calls are sent in their order, and have a status', async () => {
  const { ask, sent } = walletOf()
  const { id } = await ask('wallet_sendCalls', [bundle])
  expect(sent).toMatchObject([
    { from: ALICE, to: BOB, value: '0x1', gas: '0x5208' },
    { from: ALICE, to: BOB, gas: '0x5208' },
  ])
  expect(await ask('wallet_getCallsStatus', [id])).toEqual({
    version: '2.0.0',
    id,
    chainId: '0x7a69',
    status: 200,
    atomic: false,
    receipts: [receipt('0x1'), receipt('0x2')],
  })
  expect(await ask('wallet_showCallsStatus', [id])).toBeNull()
})

test.each([
  ['none is sent after one that has failed', ['', '0xfe', ''], 600, ['0x1', '0x0']],
  ['a bundle of which all have failed', ['0xfe', ''], 500, ['0x0']],
  ['one that cannot be sent ends the bundle', ['', '0xfa', ''], 600, ['0x1']],
])('%s', async (_, data, status, statuses) => {
  const { ask } = walletOf()
  const calls = data.map((one) => (one === '' ? {} : { data: one }))
  const { id } = await ask('wallet_sendCalls', [{ ...bundle, calls }])
  const answer = await ask('wallet_getCallsStatus', [id])
  expect(answer).toMatchObject({ status, receipts: statuses.map((one) => ({ status: one })) })
})

test('a call that fails has the gas of a transaction, and is sent', async () => {
  const { ask, sent } = walletOf()
  await ask('wallet_sendCalls', [{ ...bundle, calls: [{ data: '0xfe' }] }])
  expect(sent).toMatchObject([{ data: '0xfe', gas: '0x1000000' }])
})

test('where the first call cannot be sent the request fails', async () => {
  const { ask } = walletOf()
  const request = ask('wallet_sendCalls', [
    { ...bundle, id: '0xab', calls: [{ data: '0xfa' }, {}] },
  ])
  await expect(request).rejects.toMatchObject({ code: -32000, message: 'insufficient funds' })
  await expect(ask('wallet_getCallsStatus', ['0xab'])).rejects.toMatchObject({ code: 5730 })
})

test('transactions that wait are pending, and those that were dropped are not', async () => {
  const waiting = walletOf()
  waiting.wait()
  const { id } = await waiting.ask('wallet_sendCalls', [bundle])
  expect(await waiting.ask('wallet_getCallsStatus', [id])).toMatchObject({
    status: 100,
    receipts: [],
  })
  const { ask, forget } = walletOf()
  const dropped = (await ask('wallet_sendCalls', [bundle])) as { id: string }
  forget()
  expect(await ask('wallet_getCallsStatus', [dropped.id])).toMatchObject({ status: 400 })
})

const capability = { paymasterService: { url: 'https://example.org' } }

test.each([
  [-32602, { version: '1.0' }],
  [-32602, { chainId: undefined }],
  [-32602, { from: '0x12' }],
  [-32602, { atomicRequired: undefined }],
  [-32602, { calls: [] }],
  [-32602, { calls: [{ to: 'vitalik.eth' }] }],
  [-32602, { calls: [{ data: '0x1' }] }],
  [-32602, { calls: [{ value: 1 }] }],
  [-32602, { calls: [{ gas: '0x1' }] }],
  [-32602, { id: '' }],
  [-32602, { id: 'a'.repeat(8_195) }],
  [-32602, { gas: '0x1' }],
  [4100, { from: TOKEN }],
  [5700, { capabilities: capability }],
  [5700, { calls: [{ capabilities: capability }] }],
  [5700, { capabilities: { paymasterService: true } }],
  [-32602, { capabilities: 'paymasterService' }],
  [5710, { chainId: '0x1' }],
  [5740, { calls: Array.from({ length: 1_001 }, () => ({})) }],
  [5760, { atomicRequired: true }],
])('error %i for a bundle with %o', async (code, wrong) => {
  const { ask, sent } = walletOf()
  const request = ask('wallet_sendCalls', [{ ...bundle, ...wrong }])
  await expect(request).rejects.toMatchObject({ code })
  expect(sent).toEqual([])
})

test('an id of the caller is kept, and is there once', async () => {
  const { ask } = walletOf()
  const request = { ...bundle, id: 'my bundle' }
  const [first, second] = await Promise.allSettled([
    ask('wallet_sendCalls', [request]),
    ask('wallet_sendCalls', [request]),
  ])
  expect(first).toEqual({ status: 'fulfilled', value: { id: 'my bundle' } })
  expect(second).toMatchObject({ status: 'rejected', reason: { code: 5720 } })
  for (const method of ['wallet_getCallsStatus', 'wallet_showCallsStatus'])
    await expect(ask(method, ['another'])).rejects.toMatchObject({ code: 5730 })
  await expect(ask('wallet_getCallsStatus', [5])).rejects.toMatchObject({ code: -32602 })
})

test('optional capabilities are left out', async () => {
  const { ask } = walletOf()
  const capabilities = { paymasterService: { url: 'https://example.org', optional: true } }
  await ask('wallet_sendCalls', [{ ...bundle, capabilities, calls: [{ capabilities }] }])
})

test('capabilities are those of the requested chains', async () => {
  const { ask } = walletOf()
  const atomic = { atomic: { status: 'unsupported' } }
  expect(await ask('wallet_getCapabilities', [ALICE.toUpperCase().replace('X', 'x')])).toEqual({
    '0x7a69': atomic,
  })
  expect(await ask('wallet_getCapabilities', [ALICE, ['0x1']])).toEqual({})
  expect(await ask('wallet_getCapabilities', [ALICE, ['0x1', '0x7A69']])).toEqual({
    '0x7a69': atomic,
  })
  await expect(ask('wallet_getCapabilities', [TOKEN])).rejects.toMatchObject({ code: 4100 })
  await expect(ask('wallet_getCapabilities', [ALICE, '0x1'])).rejects.toMatchObject({
    code: -32602,
  })
})

test('listeners are called once, and can all be removed', () => {
  const [emitted, listener] = [vi.fn(), vi.fn()]
  const handle = createProvider(chainOf().chain)
  handle.provider.once('message', listener).on('message', emitted)
  const message = '{"subscription":"0x1","result":1}'
  handle.notify(message)
  handle.notify(message)
  expect([listener.mock.calls.length, emitted.mock.calls.length]).toEqual([1, 2])
  handle.provider.off('message', emitted)
  handle.notify(message)
  expect(emitted).toHaveBeenCalledTimes(2)
  handle.provider.once('message', listener).removeListener('message', listener)
  handle.provider.on('message', emitted).removeAllListeners('disconnect')
  handle.notify(message)
  handle.provider.on('disconnect', emitted).removeAllListeners()
  handle.notify(message)
  handle.disconnect()
  expect([listener.mock.calls.length, emitted.mock.calls.length]).toEqual([1, 3])
  expect(handle.provider.removeAllListeners('message')).toBe(handle.provider)
})
