import { gunzipSync } from 'node:zlib'
import { createPublicClient, custom, http, keccak256, type Transport } from 'viem'
import { foundry } from 'viem/chains'
import { expect, test } from 'vitest'
import { createEvm } from '../../dist/js/src/index.js'
import { anvil } from './process.js'

const ALICE = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const BOB = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const LOUD = '0x00000000000000000000000000000000000000c0'
const NOBODY = '0x00000000000000000000000000000000000000ee'

type Ask = <T = never>(method: string, ...params: unknown[]) => Promise<T>

function asker(transport: Transport): Ask {
  const { request } = createPublicClient({ transport, chain: foundry })
  return (method, ...params) => request({ method, params } as never)
}

/** Sends a transaction and waits until it is in a block: anvil mines after it has answered. */
async function mined(ask: Ask, request: object, method = 'eth_sendTransaction'): Promise<string> {
  const hash = await ask<string>(method, request)
  await expect.poll(() => ask('eth_getTransactionReceipt', hash)).not.toBeNull()
  return hash
}

/** Runs `play` on parevm and on anvil, if that is installed. */
async function both(
  skip: (reason: string) => void,
  play: (ours: Ask, theirs: Ask) => Promise<void>,
): Promise<void> {
  const server = await anvil()
  if (typeof server === 'string') return skip(server)
  try {
    await using evm = await createEvm({ threads: 1 })
    await play(asker(custom(evm.provider)), asker(http(server.url)))
  } finally {
    await server.stop()
  }
}

/** Fees that do not depend on the node. */
const fees = { gas: '0x30000', maxFeePerGas: '0x77359400', maxPriorityFeePerGas: '0x3b9aca00' }

/** Returns what both nodes answer to the same. Times and what follows from them are left out. */
async function play(ask: Ask) {
  const failure = (method: string, ...params: unknown[]) =>
    ask(method, ...params).then(
      () => 'no error',
      (error: { code?: number; cause?: { code?: number } }) => error.cause?.code ?? error.code,
    )
  // PUSH1 5, PUSH1 1, SSTORE, a call of BOB, PUSH1 7, PUSH0, PUSH0, LOG1
  const code = `0x6005600155${'5f5f5f5f5f'}73${BOB.slice(2)}5af15060075f5fa1`
  await ask('anvil_setCode', LOUD, code)
  const called = await mined(ask, { from: ALICE, to: LOUD, ...fees })
  const created = await mined(ask, { from: ALICE, data: '0x5f5ff3', ...fees })
  const traces = async (method: string, ...params: unknown[]) =>
    (await ask<{ blockHash: string }[]>(method, ...params)).map((one) => ({
      ...one,
      blockHash: '',
    }))
  const filled = await ask<{ raw: string; tx: object }>('eth_fillTransaction', {
    from: ALICE,
    to: BOB,
    value: '0x1',
    nonce: '0x2',
    ...fees,
  })
  const seen = {
    calls: await traces('trace_transaction', called),
    block: await traces('trace_block', '0x2'),
    filtered: await traces('trace_filter', { fromBlock: '0x0', toAddress: [BOB] }),
    unknown: await ask('trace_transaction', keccak256('0x01')),
    account: await ask<object>('eth_getAccount', LOUD, 'latest'),
    info: await ask('eth_getAccountInfo', LOUD, 'latest'),
    raw: [
      await ask('eth_getRawTransactionByBlockNumberAndIndex', '0x1', '0x0'),
      await ask('eth_getRawTransactionByBlockNumberAndIndex', '0x1', '0x1'),
    ],
    bySender: (await ask<{ hash: string }>('eth_getTransactionBySenderAndNonce', ALICE, '0x1'))
      .hash,
    bySenderUnknown: await ask('eth_getTransactionBySenderAndNonce', ALICE, '0x9'),
    filled,
    minGasPrice: await failure('anvil_setMinGasPrice', '0x1'),
    blobs: await ask('anvil_getBlobsByTransactionHash', called),
    created,
  }

  await ask('anvil_setBalance', NOBODY, '0xde0b6b3a7640000')
  const request = { from: NOBODY, to: BOB, value: '0x1', ...fees }
  const unsigned = await mined(ask, request, 'eth_sendUnsignedTransaction')
  const { from } = await ask<{ from: string }>('eth_getTransactionReceipt', unsigned)
  const height = () => ask('eth_blockNumber')
  const before = await height()
  await ask('anvil_rollback', 1)
  const rolled = [await height(), await ask('eth_getTransactionReceipt', unsigned)]
  const tooFar = await failure('anvil_rollback', 99)
  await ask('anvil_reorg', 1, [[{ from: ALICE, to: BOB, value: '0x9', ...fees }, 0]])
  const { transactions } = await ask<{ transactions: { value: string; nonce: string }[] }>(
    'eth_getBlockByNumber',
    'latest',
    true,
  )
  const beyond = await failure('anvil_reorg', 1, [[{ from: ALICE, to: BOB, ...fees }, 1]])
  await ask('evm_setAutomine', false)
  await ask('eth_sendTransaction', { from: ALICE, to: BOB, ...fees })
  const inspected = await ask<{ pending: object }>('txpool_inspect')
  await ask('anvil_removePoolTransactions', ALICE)
  return {
    ...seen,
    from,
    before,
    rolled,
    tooFar,
    reorged: [await height(), transactions.map(({ value, nonce }) => [value, nonce])],
    beyond,
    inspected: JSON.stringify(inspected).toLowerCase(),
    removed: await ask('txpool_status'),
    chainId: [
      await ask('anvil_setChainId', 99),
      await ask('eth_chainId'),
      await ask('net_version'),
    ],
  }
}

test('anvil answers the same to its own methods', async (context) => {
  await both(context.skip, async (ours, theirs) => {
    expect(await play(ours)).toMatchObject(await play(theirs))
  })
})

/** A transaction of each kind; returns their hashes. */
async function history(ask: Ask): Promise<string[]> {
  // PUSH1 5, PUSH1 1, SSTORE, PUSH1 7, PUSH0, PUSH0, LOG1
  await ask('anvil_setCode', LOUD, '0x600560015560075f5fa1')
  await ask('anvil_setBalance', NOBODY, '0xde0b6b3a7640000')
  return [
    await mined(ask, { from: ALICE, to: LOUD, ...fees }),
    await mined(ask, { from: ALICE, to: BOB, gasPrice: '0x77359400' }),
    await mined(
      ask,
      { from: NOBODY, to: BOB, value: '0x1', ...fees },
      'eth_sendUnsignedTransaction',
    ),
    await mined(ask, { from: ALICE, data: '0x5f5ffd', ...fees }),
  ]
}

/** Returns the compared facts of a chain. */
async function factsOf(ask: Ask, hashes: string[]) {
  const receipts = []
  for (const hash of hashes) {
    const receipt = await ask<Record<string, unknown>>('eth_getTransactionReceipt', hash)
    const { blockHash, blockNumber, from, to, status, gasUsed, logs, contractAddress } = receipt
    receipts.push({ blockHash, blockNumber, from, to, status, gasUsed, logs, contractAddress })
  }
  const block = await ask<Record<string, unknown>>('eth_getBlockByNumber', 'latest', false)
  return {
    receipts,
    height: await ask('eth_blockNumber'),
    head: [block.hash, block.parentHash, block.stateRoot, block.timestamp],
    first: (await ask<{ hash: string }>('eth_getBlockByNumber', '0x0', false)).hash,
    account: await ask('eth_getAccount', LOUD, 'latest'),
    balance: await ask('eth_getBalance', NOBODY, 'latest'),
    nonce: await ask('eth_getTransactionCount', ALICE, 'latest'),
    slot: await ask('eth_getStorageAt', LOUD, '0x1', 'latest'),
  }
}

test('anvil loads dumps of parevm, and parevm those of anvil', async (context) => {
  await both(context.skip, async (ours, theirs) => {
    const hashes = await history(theirs)
    expect(await ours('anvil_loadState', await theirs('anvil_dumpState'))).toBe(true)
    expect(await factsOf(ours, hashes)).toEqual(await factsOf(theirs, hashes))
    await mined(ours, { from: ALICE, to: BOB, value: '0x1', ...fees })
    expect(await ours('eth_blockNumber')).toBe('0x5')
  })
  await both(context.skip, async (ours, theirs) => {
    const hashes = await history(ours)
    const dump = await ours<string>('anvil_dumpState')
    const { blocks } = JSON.parse(gunzipSync(Buffer.from(dump.slice(2), 'hex')).toString())
    expect(blocks).toHaveLength(5)
    expect(await theirs('anvil_loadState', dump)).toBe(true)
    expect(await factsOf(theirs, hashes)).toEqual(await factsOf(ours, hashes))
    await mined(theirs, { from: ALICE, to: BOB, value: '0x1', ...fees })
    expect(await theirs('eth_blockNumber')).toBe('0x5')
  })
})
