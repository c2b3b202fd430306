import {
  BrowserProvider,
  Contract,
  ContractFactory,
  JsonRpcProvider,
  WebSocketProvider,
} from 'ethers'
import { describe, expect, test } from 'vitest'
import { createEvm } from '../../dist/js/src/index.js'
import { serve } from './process.js'
import { deployment } from './token.js'

const INTERFACE = [
  'function balanceOf(address) view returns (uint256)',
  'function transfer(address to, uint256 amount) returns (bool)',
  'event Transfer(address indexed from, address indexed to, uint256 value)',
]

/** What somebody does who builds on ethers: deploys, reads, writes, listens, and meets a revert. */
async function play(provider: BrowserProvider | JsonRpcProvider | WebSocketProvider) {
  const alice = await provider.getSigner(0)
  const bob = await (await provider.getSigner(1)).getAddress()
  const owner = await alice.getAddress()
  const code = deployment(owner as `0x${string}`, 1_000n)
  const created = await new ContractFactory(INTERFACE, code, alice).deploy()
  await created.waitForDeployment()
  const token = new Contract(await created.getAddress(), INTERFACE, alice)

  const received = new Promise((resolve) => {
    void token.once('Transfer', (from, to, value) => resolve({ from, to, value }))
  })
  // Wait for the listener: ethers opens its filter asynchronously.
  await new Promise((resolve) => setTimeout(resolve, 300))
  const sent = await token.getFunction('transfer')(bob, 300n)
  const receipt = await sent.wait()
  const refused = await token
    .getFunction('transfer')
    .staticCall(bob, 10_000n)
    .then(
      () => 'nothing',
      (error) => ({ code: error.code, reason: error.reason }),
    )
  return {
    chainId: (await provider.getNetwork()).chainId,
    status: receipt.status,
    logs: receipt.logs.length,
    received: await received,
    owner: await token.getFunction('balanceOf')(owner),
    receiver: await token.getFunction('balanceOf')(bob),
    refused,
  }
}

const expected = {
  chainId: 31337n,
  status: 1,
  logs: 1,
  received: {
    from: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
    to: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
    value: 300n,
  },
  owner: 700n,
  receiver: 300n,
  refused: { code: 'CALL_EXCEPTION', reason: 'ERC20: transfer amount exceeds balance' },
}

describe.each([
  { build: 'threads', threads: 2 },
  { build: 'single', threads: 1 },
] as const)('$build build', (options) => {
  test('ethers builds on the provider', async () => {
    await using evm = await createEvm(options)
    const provider = new BrowserProvider(evm.provider)
    provider.pollingInterval = 50
    try {
      expect(await play(provider)).toEqual(expected)
    } finally {
      provider.destroy()
    }
  })
})

test('ethers builds on `parevm serve`, over HTTP and WebSocket', async () => {
  const [first, second] = await Promise.all([serve('--threads', '1'), serve('--threads', '1')])
  const http = new JsonRpcProvider(first.url)
  http.pollingInterval = 50
  const socket = new WebSocketProvider(second.url.replace('http', 'ws'))
  try {
    expect(await play(http)).toEqual(expected)
    expect(await play(socket)).toEqual(expected)
  } finally {
    http.destroy()
    await socket.destroy()
    await Promise.all([first.stop(), second.stop()])
  }
})
