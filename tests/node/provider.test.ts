import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { createEvm } from '../../dist/js/src/index.js'

/** JUMPDEST, PUSH0, JUMP: never ends. */
const LOOP = '0x5b5f56'
/** Reverts with `Error("no")`. */
const REVERTS = '0x6308c379a060e01b5f5260206004526002602452616e6f60f01b60445260645ffd'
const at = '0x00000000000000000000000000000000000000cc'
/** Reads a file of execution-apis. */
const archive = fileURLToPath(new URL('../../crate/testkit/data/rpc.tar.xz', import.meta.url))
const embedded = (name: string) => execFileSync('tar', ['-xOf', archive, name])
const with_ = (code: `0x${string}`) => ({ to: at, stateOverride: [{ address: at, code }] }) as const

describe.each([
  { build: 'threads', threads: 2 },
  { build: 'single', threads: 1 },
] as const)('$build build', (options) => {
  test('the chain for development answers', async () => {
    await using evm = await createEvm({ ...options, chain: { id: 1234 } })
    const { provider } = evm
    expect(await provider.request({ method: 'eth_chainId' })).toBe('0x4d2')
    expect(await provider.request({ method: 'eth_blockNumber', params: [] })).toBe('0x0')
    const block = await provider.request<{ timestamp: string }>({
      method: 'eth_getBlockByNumber',
      params: ['latest', false],
    })
    expect(Math.abs(Number(block.timestamp) - Date.now() / 1000)).toBeLessThan(60)
  })

  test('errors have the codes and data of their specifications', async () => {
    await using evm = await createEvm(options)
    const request = (method: string, params?: object) => evm.provider.request({ method, params })
    await expect(request('eth_moonPhase')).rejects.toMatchObject({
      name: 'MethodNotFoundRpcError',
      code: -32601,
    })
    await expect(request('eth_getBalance', ['0x12'])).rejects.toMatchObject({
      name: 'InvalidParamsRpcError',
      code: -32602,
      message: expect.stringContaining('address'),
    })
    await expect(request('eth_getBalance', { address: at })).rejects.toMatchObject({ code: -32602 })
    await expect(request('eth_getBalance', [1n])).rejects.toMatchObject({ code: -32602 })
    await expect(evm.call(with_(REVERTS))).rejects.toMatchObject({
      name: 'ExecutionRevertedError',
      code: 3,
      message: expect.stringContaining('no'),
      data: expect.stringMatching(/^0x08c379a0/),
    })
  })

  /** https://github.com/trezor/trezor-suite/issues/26107 */
  test('numbers keep their value, and one that may not have is an error', async () => {
    await using evm = await createEvm(options)
    const request = (method: string, ...params: unknown[]) =>
      evm.provider.request({ method, params })
    for (const balance of [2n ** 53n + 1n, 10n ** 20n + 1n, 2n ** 256n - 1n]) {
      await request('anvil_setBalance', at, balance)
      expect(await request('eth_getBalance', at, 'latest')).toBe(`0x${balance.toString(16)}`)
    }
    await expect(request('anvil_setBalance', at, 10 ** 18)).rejects.toMatchObject({
      code: -32602,
      message: expect.stringContaining('params[1]'),
    })
    const [account] = (await request('eth_accounts')) as [string]
    const sign = (a: unknown) =>
      request('eth_signTypedData_v4', account, {
        types: { EIP712Domain: [], T: [{ name: 'a', type: 'int256[]' }] },
        primaryType: 'T',
        domain: {},
        message: { a },
      })
    expect(await sign([2n ** 200n + 1n, -(2n ** 200n) - 1n, 5])).toBe(
      await sign([`${2n ** 200n + 1n}`, `${-(2n ** 200n) - 1n}`, '5']),
    )
  })

  /** https://github.com/ethereum/go-ethereum/issues/2407 */
  test('the number of a subscription is there before its notifications', async () => {
    await using evm = await createEvm(options)
    const events: string[] = []
    evm.provider.on('message', ({ data }) => events.push(`notified ${data.subscription}`))
    const subscribed = evm.provider
      .request({ method: 'eth_subscribe', params: ['newHeads'] })
      .then((id) => events.push(`answered ${id}`))
    await Promise.all([subscribed, evm.provider.request({ method: 'evm_mine' })])
    const [answered = ''] = events
    expect(answered).toMatch(/^answered 0x[0-9a-f]{1,32}$/)
    expect(events).toEqual([answered, answered.replace('answered', 'notified')])
  })

  test('a call that does not end is ended, and the next one is served at once', async () => {
    await using evm = await createEvm({ ...options, limits: { timeMs: 300, gas: 2n ** 50n } })
    const start = performance.now()
    await expect(evm.call({ ...with_(LOOP), gas: 2n ** 50n })).rejects.toMatchObject({
      name: 'TimeoutRpcError',
      code: -32016,
    })
    const ended = performance.now()
    expect(ended - start).toBeLessThan(1_000)
    expect(await evm.provider.request({ method: 'eth_blockNumber' })).toBe('0x0')
    expect(performance.now() - ended).toBeLessThan(100)
  })

  test('a signal aborts a call, and queued requests are served in turn', async () => {
    await using evm = await createEvm({ ...options, limits: { gas: 2n ** 50n } })
    const controller = new AbortController()
    const { signal } = controller
    const loop = evm.call({ ...with_(LOOP), gas: 2n ** 50n, signal })
    const next = evm.provider.request({ method: 'eth_chainId' })
    setTimeout(() => controller.abort(new Error('enough')), 50)
    await expect(loop).rejects.toThrow('enough')
    expect(await next).toBe('0x7a69')
  })

  test('closing rejects pending requests and emits disconnect', async () => {
    const evm = await createEvm(options)
    const codes: number[] = []
    evm.provider.on('disconnect', ({ code }) => codes.push(code))
    const call = evm.provider.request({ method: 'eth_chainId' })
    await Promise.all([
      expect(call).rejects.toMatchObject({ name: 'ProviderDisconnectedError', code: 4900 }),
      evm.close(),
    ])
    await expect(evm.provider.request({ method: 'eth_chainId' })).rejects.toMatchObject({
      code: 4900,
    })
    await expect(evm.call({ to: at })).rejects.toMatchObject({ code: 'EVM_CLOSED' })
    expect(codes).toEqual([4900])
  })
})

test('a chain is imported', async () => {
  const genesis = embedded('genesis.json').toString()
  const importChain = new Uint8Array(embedded('chain.rlp'))
  await using evm = await createEvm({ threads: 2, genesis, importChain })
  expect(await evm.provider.request({ method: 'eth_blockNumber' })).toBe('0x36')
  const spoilt = importChain.slice()
  spoilt[1000] = (spoilt[1000] ?? 0) ^ 1
  await expect(createEvm({ threads: 2, genesis, importChain: spoilt })).rejects.toMatchObject({
    name: 'InvalidChainError',
    code: 'INVALID_CHAIN',
    field: 'importChain',
  })
})

/** https://github.com/MetaMask/metamask-extension/issues/7881 */
test('numbers of a genesis file keep their value', async () => {
  const config = { chainId: 5, terminalTotalDifficulty: 0 }
  const text = (balance: string) =>
    `{"config":${JSON.stringify(config)},"difficulty":"0x0","gasLimit":"0x1c9c380","alloc":{"${at}":{"balance":${balance}}}}`
  const balance = 10n ** 21n + 1n
  for (const genesis of [
    text(String(balance)),
    { config, difficulty: 0n, gasLimit: 30_000_000n, alloc: { [at]: { balance } } },
  ]) {
    await using evm = await createEvm({ threads: 1, genesis })
    const params = [at, 'latest']
    expect(await evm.provider.request({ method: 'eth_getBalance', params })).toBe(
      '0x3635c9adc5dea00001',
    )
  }
  await expect(createEvm({ genesis: text('1e21') })).rejects.toMatchObject({
    name: 'InvalidParameterError',
    data: { parameter: `genesis.alloc.${at}.balance` },
  })
})

test('whether a wallet is connected is true or false', async () => {
  await expect(createEvm({ wallet: { connected: 'no' as never } })).rejects.toMatchObject({
    name: 'InvalidParameterError',
    data: { parameter: 'wallet.connected' },
  })
})

test('an invalid genesis is an error with the reason', async () => {
  await expect(createEvm({ genesis: { config: { chainId: 'x' } } })).rejects.toMatchObject({
    name: 'InvalidChainError',
    field: 'genesis',
    message: expect.stringMatching(/chainId|invalid|u64/i),
  })
})
