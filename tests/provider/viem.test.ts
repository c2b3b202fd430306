import { createPublicClient, createWalletClient, custom, http, parseEther, webSocket } from 'viem'
import { foundry } from 'viem/chains'
import { describe, expect, test } from 'vitest'
import { createEvm } from '../../dist/js/src/index.js'
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

  test('viem tells what an account gains and loses, and so do we', async () => {
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
