import { expect, test } from 'vitest'
import {
  createEvm,
  EvmClosedError,
  InvalidChainError,
  InvalidParameterError,
} from '../../dist/js/src/index.js'

const ALICE = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const BOB = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'

/** Returns a chain with two blocks, the second of which has a transfer. */
async function start(options: createEvm.Options = {}) {
  const evm = await createEvm({ threads: 1, ...options })
  const ask = <T>(method: string, ...params: unknown[]) =>
    evm.provider.request<T>({ method, params })
  await ask('evm_mine')
  await ask('eth_sendTransaction', { from: ALICE, to: BOB, value: '0x5' })
  return { evm, ask }
}

test('a saved chain is resumed by another engine of either build', async () => {
  const { evm, ask } = await start({
    chain: { id: 77 },
    accounts: { count: 3, balance: 10n ** 18n },
    mining: 'manual',
  })
  await using _ = evm
  const block = await ask<{ hash: string }>('eth_getBlockByNumber', 'latest', true)
  const snapshot = await ask('evm_snapshot')
  const saved = await evm.save()
  expect(saved).toBeInstanceOf(Uint8Array)
  // The saved chain continues independently.
  await ask('evm_mine')

  for (const options of [
    { build: 'threads', threads: 2 },
    { build: 'single', threads: 1 },
  ] as const) {
    await using again = await createEvm({ ...options, saved })
    const asked = <T>(method: string, ...params: unknown[]) =>
      again.provider.request<T>({ method, params })
    expect(await asked('eth_chainId')).toBe('0x4d')
    expect(await asked('eth_accounts')).toHaveLength(3)
    expect(await asked('eth_getBlockByNumber', 'latest', true)).toEqual(block)
    expect(await asked('txpool_status')).toEqual({ pending: '0x1', queued: '0x0' })
    await asked('evm_mine')
    expect(await asked('eth_getBlockTransactionCountByNumber', 'latest')).toBe('0x1')
    expect(await asked('eth_getBalance', ALICE, '0x0')).toBe(`0x${(10n ** 18n).toString(16)}`)
    expect(await asked('evm_revert', snapshot)).toBe(true)
    // And once more, from there.
    await using third = await createEvm({ threads: 1, saved: await again.save() })
    const head = await third.provider.request<{ hash: string }>({
      method: 'eth_getBlockByNumber',
      params: ['latest', false],
    })
    expect(head.hash).toBe(block.hash)
  }
})

test('a saved chain outlives the engine that opened it', async () => {
  const { evm } = await start()
  const saved = await evm.save()
  await evm.close()
  await expect(evm.save()).rejects.toBeInstanceOf(EvmClosedError)
  await using again = await createEvm({ threads: 1, saved, limits: { timeMs: 50 } })
  const ask = <T>(method: string, ...params: unknown[]) =>
    again.provider.request<T>({ method, params })
  await ask('anvil_setBalance', BOB, '0x7')
  // A loop, which its own limits end.
  await ask('anvil_setCode', BOB, '0x5b5f56')
  await expect(again.call({ to: BOB, gas: 10n ** 9n })).rejects.toThrow()
  expect(await ask('eth_getBalance', BOB, 'latest')).toBe('0x7')
  expect(await ask('eth_blockNumber')).toBe('0x2')
})

test('a resumed chain mines at its interval', async () => {
  const evm = await createEvm({ threads: 1, mining: { intervalSeconds: 1 } })
  const saved = await evm.save()
  await evm.close()
  await using again = await createEvm({ threads: 1, saved })
  await expect
    .poll(() => again.provider.request({ method: 'eth_blockNumber' }), { timeout: 5_000 })
    .not.toBe('0x0')
})

test('bytes that `save` did not return are refused', async () => {
  const { evm } = await start()
  const saved = await evm.save()
  await evm.close()
  const spoilt = saved.slice()
  const middle = spoilt.length >> 1
  spoilt[middle] = (spoilt[middle] ?? 0) ^ 1
  for (const bytes of [new Uint8Array(), new Uint8Array(100), saved.slice(0, -1), spoilt]) {
    const opened = createEvm({ threads: 1, saved: bytes })
    await expect(opened).rejects.toBeInstanceOf(InvalidChainError)
    await expect(opened).rejects.toMatchObject({ code: 'INVALID_CHAIN', field: 'saved' })
  }
  const refused = createEvm({ threads: 1, saved: 'bytes' as never })
  await expect(refused).rejects.toBeInstanceOf(InvalidParameterError)
  await expect(refused).rejects.toThrow('`saved` must be')
  for (const other of [
    { chain: { id: 1 } },
    { genesis: {} },
    { accounts: {} },
    { mining: 'auto' },
  ] as const)
    await expect(createEvm({ threads: 1, saved, ...other })).rejects.toThrow(
      'left out beside `saved`',
    )
})

/** https://eips.ethereum.org/EIPS/eip-7966 */
test('a receipt is waited for with interval mining', async () => {
  await using evm = await createEvm({ threads: 1, mining: { intervalSeconds: 1 } })
  const ask = <T>(method: string, ...params: unknown[]) =>
    evm.provider.request<T>({ method, params })
  const raw = await ask('eth_signTransaction', { from: ALICE, to: BOB, value: '0x5' })
  expect(await ask('eth_sendRawTransactionSync', raw, 5_000)).toMatchObject({ status: '0x1' })
  await ask('evm_setIntervalMining', 0)
  const next = await ask('eth_signTransaction', { from: ALICE, to: BOB, value: '0x6' })
  const late = ask('eth_sendRawTransactionSync', next, 50)
  await expect(late).rejects.toMatchObject({ code: 4, data: expect.stringMatching(/^0x/) })
  expect(await ask('txpool_status')).toMatchObject({ pending: '0x1' })
})
