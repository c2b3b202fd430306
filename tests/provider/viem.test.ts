import {
  commitmentToVersionedHash,
  concat,
  createPublicClient,
  createWalletClient,
  custom,
  encodeErrorResult,
  encodeFunctionData,
  getCreate2Address,
  http,
  parseAbi,
  parseEther,
  webSocket,
} from 'viem'
import { foundry } from 'viem/chains'
import { describe, expect, test } from 'vitest'
import { createEvm, ExecutionRevertedError } from '../../dist/js/src/index.js'
import { anvil, serve } from './process.js'
import { play } from './script.js'
import { abi, deployment } from './token.js'

const ALICE = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const BOB = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const CAROL = '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC'

/** What `play` comes to on every chain for development. */
const expected = {
  chainId: 31337,
  accounts: expect.arrayContaining([ALICE, BOB, CAROL]),
  deployed: {
    address: '0x5fbdb2315678afecb367f032d93f642f64180aa3',
    status: 'success',
    gasUsed: expect.any(BigInt),
  },
  token: { symbol: 'TEST', decimals: 6, alice: 700n, bob: 300n },
  paid: { status: 'success', type: 'eip1559', blockNumber: 2n, logs: [expect.anything()] },
  watched: [{ from: ALICE, to: BOB, value: 300n }],
  refused: expect.stringContaining('ERC20: transfer amount exceeds balance'),
  tried: [{ status: 'success' }, { status: 'success', gasUsed: 21_000n }, { status: 'failure' }],
  changed: { balance: 5n, number: 6n },
  waited: true,
  logs: [{ from: ALICE, to: BOB, value: 300n }],
  gas: 21_000n,
  nonce: 2,
  height: 2n,
  code: 5094,
  carol: parseEther('10000'),
}

describe.each([
  { build: 'threads', threads: 2 },
  { build: 'single', threads: 1 },
] as const)('$build build', (options) => {
  test('viem builds on the provider', async () => {
    await using evm = await createEvm(options)
    expect(await play(custom(evm.provider))).toMatchObject(expected)
  })

  // No part of `play`: anvil 1 refuses a call without `to`, which viem has among those it asks for this.
  test('asset changes are those of viem', async () => {
    await using evm = await createEvm(options)
    const transport = custom(evm.provider)
    const client = createPublicClient({ transport, chain: foundry })
    const wallet = createWalletClient({ transport, chain: foundry, account: ALICE })
    const hash = await wallet.deployContract({ abi, bytecode: deployment(ALICE, 1_000n) })
    const { contractAddress } = await client.waitForTransactionReceipt({ hash })
    const token = contractAddress ?? '0x'
    // transfer(BOB, 300)
    const data =
      `0xa9059cbb${BOB.slice(2).padStart(64, '0')}${300n.toString(16).padStart(64, '0')}` as const
    const parameters = {
      account: ALICE,
      calls: [
        { to: token, data },
        { to: CAROL, value: parseEther('1') },
        { to: token, data: '0xdeadbeef' },
      ],
      traceAssetChanges: true,
    } as const
    const ours = await evm.simulateCalls(parameters)
    const theirs = await client.simulateCalls(parameters)
    expect(ours.assetChanges).toEqual(theirs.assetChanges)
    expect(ours.assetChanges).toEqual([
      {
        token: { address: `0x${'ee'.repeat(20)}`, decimals: 18, symbol: 'ETH' },
        value: { pre: expect.any(BigInt), post: expect.any(BigInt), diff: -parseEther('1') },
      },
      {
        token: { address: token, decimals: 6, symbol: 'TEST' },
        value: { pre: 1_000n, post: 700n, diff: -300n },
      },
    ])
    const plain = ({ status, gasUsed, data, logs }: (typeof ours.results)[number]) => ({
      status,
      gasUsed,
      data,
      logs: logs?.map(({ address, topics, data }) => ({ address, topics, data })),
    })
    expect(ours.results.map(plain)).toEqual(theirs.results.map((one) => plain(one as never)))
  })
})

test('calls by an ABI return what viem returns', async () => {
  await using evm = await createEvm({ threads: 1 })
  const transport = custom(evm.provider)
  const client = createPublicClient({ transport, chain: foundry })
  const wallet = createWalletClient({ transport, chain: foundry, account: ALICE })
  const hash = await wallet.deployContract({ abi, bytecode: deployment(ALICE, 1_000n) })
  const { contractAddress } = await client.waitForTransactionReceipt({ hash })
  const to = contractAddress ?? '0x'
  const calls = [
    { to, abi, functionName: 'balanceOf', args: [ALICE] },
    { to, abi, functionName: 'transfer', args: [BOB, 300n] },
    { to, abi, functionName: 'balanceOf', args: [ALICE], dataSuffix: '0xabcd' },
    { to, abi, functionName: 'symbol' },
    // Whoever has no contract returns nothing.
    { to: CAROL, abi, functionName: 'decimals' },
    { to, abi, functionName: 'transfer', args: [BOB, 5_000n] },
    { to: CAROL, value: 1n },
  ] as const
  const { results: ours } = await evm.simulateCalls({ account: ALICE, calls })
  const { results: theirs } = await client.simulateCalls({ account: ALICE, calls })
  const plain = ({ status, result, data, gasUsed }: (typeof ours | typeof theirs)[number]) => ({
    status,
    result,
    data,
    gasUsed,
  })
  expect(ours.map(plain)).toEqual(theirs.map(plain))
  expect(ours.map(({ result }) => result)).toEqual([
    1_000n,
    true,
    700n,
    'TEST',
    null,
    undefined,
    null,
  ])
  const [first, , second] = await evm.simulateBlocks({
    blocks: [
      { calls: [{ to, abi, functionName: 'symbol' }] },
      { calls: [{ to, abi, functionName: 'decimals' }], blockOverrides: { number: 4n } },
    ] as never,
  })
  expect([first, second].map((block) => block?.calls.map(({ result }) => result))).toEqual([
    ['TEST'],
    [6],
  ])
  await expect(
    evm.simulateCalls({ calls: [{ to, abi, functionName: 'burn' }] as never }),
  ).rejects.toThrow('`calls[0].functionName` must be')
})

test('a revert is decoded by the ABI', async () => {
  await using evm = await createEvm({ threads: 1 })
  const errors = parseAbi(['function go()', 'error Broke(uint256 missing, bool really)'])
  const data = encodeErrorResult({ abi: errors, errorName: 'Broke', args: [5n, true] })
  // PUSH1 68, PUSH1 12, PUSH1 0, CODECOPY, PUSH1 68, PUSH1 0, REVERT, the data
  const code = `0x6044600c60003960446000fd${data.slice(2)}` as const
  const { results } = await evm.simulateCalls({
    calls: [{ to: BOB, abi: errors, functionName: 'go' }],
    stateOverrides: [{ address: BOB, code }],
  })
  expect(results[0]).toMatchObject({ status: 'failure', data })
  expect(results[0].error).toBeInstanceOf(ExecutionRevertedError)
  expect(results[0].error).toMatchObject({
    message: 'execution reverted: Broke(5, true)',
    decoded: { errorName: 'Broke', args: [5n, true] },
  })
})

test('contracts that are not deployed are called as viem calls them', async () => {
  await using evm = await createEvm({ threads: 1 })
  const client = createPublicClient({ transport: custom(evm.provider), chain: foundry })
  const creation = deployment(ALICE, 1_000n)
  const data = encodeFunctionData({ abi, functionName: 'balanceOf', args: [ALICE] })
  const thousand = { data: `0x${(1_000).toString(16).padStart(64, '0')}` }
  expect(await evm.call({ code: creation, data })).toEqual(thousand)
  expect(await client.call({ code: creation, data })).toEqual(thousand)

  // The deployer that every chain for development has: salt, then code.
  const factory = '0x4e59b44847b379578588920ca78fbf26c0b4956c'
  const salt = `0x${'00'.repeat(32)}` as const
  const factoryData = concat([salt, creation])
  const to = getCreate2Address({ from: factory, salt, bytecode: creation })
  const deployless = { to, factory, factoryData, data } as const
  expect(await evm.call(deployless)).toEqual(thousand)
  expect(await client.call(deployless)).toEqual(thousand)
  // Nothing has changed; where it is deployed, the factory is not asked.
  expect(await evm.call({ to, data })).toEqual({ data: undefined })
  await evm.provider.request({
    method: 'eth_sendTransaction',
    params: [{ from: ALICE, to: factory, data: factoryData }],
  })
  expect(await evm.call({ ...deployless, factoryData: '0x' })).toEqual(thousand)
  expect(await client.call({ ...deployless, factoryData: '0x' })).toEqual(thousand)

  const refused = evm.call({ ...deployless, to: CAROL })
  await expect(refused).rejects.toThrow('the contract was not deployed')
  const revert = encodeFunctionData({ abi, functionName: 'transfer', args: [BOB, 1n] })
  await expect(evm.call({ code: creation, data: revert })).rejects.toThrow('exceeds balance')
  await expect(evm.call({ code: creation, to, data })).rejects.toThrow('`code`')
  await expect(evm.call({ factory, to, data })).rejects.toThrow('`factoryData`')
})

test('blobs are taken for their hashes', async () => {
  await using evm = await createEvm({ threads: 1 })
  // BLOBHASH(0), returned
  const code = '0x6000495f5260205ff3'
  const stateOverride = [{ address: BOB, code }] as const
  const commitment = `0x${'c0'.repeat(48)}` as const
  const hash = commitmentToVersionedHash({ commitment })
  const kzg = {
    blobToKzgCommitment: () => new Uint8Array(48).fill(0xc0),
    computeBlobKzgProof: () => new Uint8Array(48),
  }
  const request = { account: ALICE, to: BOB, stateOverride, maxFeePerBlobGas: 1n } as const
  const blobs = [new Uint8Array(131_072)]
  expect(await evm.call({ ...request, blobs, kzg })).toEqual({ data: hash })
  const sidecars = [{ blob: '0x', commitment, proof: '0x' }] as const
  expect(await evm.call({ ...request, sidecars })).toEqual({ data: hash })
  expect(await evm.call({ ...request, blobVersionedHashes: [hash] })).toEqual({ data: hash })
  await expect(evm.call({ ...request, blobs })).rejects.toThrow('`kzg`')
})

test('viem builds on `parevm serve`, over HTTP and WebSocket', async () => {
  const server = await serve('--threads', '1')
  const other = await serve('--threads', '1')
  try {
    expect(await play(http(server.url))).toMatchObject(expected)
    const url = other.url.replace('http', 'ws')
    const socket = webSocket(url, { reconnect: false, keepAlive: false })
    expect(await play(socket)).toMatchObject(expected)
  } finally {
    await Promise.all([server.stop(), other.stop()])
  }
})

test('anvil gives the same answers', async (context) => {
  const server = await anvil()
  if (typeof server === 'string') return context.skip(server)
  try {
    await using evm = await createEvm({ threads: 1 })
    expect(await play(custom(evm.provider))).toEqual(await play(http(server.url)))
  } finally {
    await server.stop()
  }
})
