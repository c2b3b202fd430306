import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Served, serve } from '../provider/process.js'
import { compiler, copyProject, foundry, run } from './client.js'

const ALICE = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const ALICES_KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
const BOB = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
/** The first contract of the first account. */
const COUNTER = '0x5FbDB2315678afecb367f032d93F642f64180aa3'

let server: Served
let socketUrl: string
let cwd: string
beforeAll(async () => {
  cwd = await copyProject()
  server = await serve('--threads', '1')
  socketUrl = server.url.replace('http', 'ws')
})
afterAll(() => server?.stop())

const forge = (...args: string[]) =>
  run(foundry('forge'), args, { cwd, env: { FOUNDRY_SOLC: compiler.program } })
const castAt = (url: string, ...args: string[]) =>
  run(foundry('cast'), [...args, '--rpc-url', url], { cwd })
const cast = (...args: string[]) => castAt(server.url, ...args)

test('forge creates a contract, with a key of its own', async () => {
  const key = ['--private-key', ALICES_KEY, '--broadcast', '--json']
  const printed = await forge('create', 'src/Counter.sol:Counter', '--rpc-url', server.url, ...key)
  expect(JSON.parse(printed)).toMatchObject({ deployer: ALICE, deployedTo: COUNTER })
})

test('cast sends with a key and through the node, and reads the result', async () => {
  const ways = [
    ['7', server.url, '--private-key', ALICES_KEY],
    ['8', server.url, '--unlocked', '--from', BOB],
    ['9', socketUrl, '--private-key', ALICES_KEY],
  ] as const
  for (const [number, url, ...signer] of ways) {
    const receipt = await castAt(url, 'send', COUNTER, 'set(uint256)', number, ...signer, '--json')
    const { status, logs } = JSON.parse(receipt)
    expect({ status, logs: logs.length }).toEqual({ status: '0x1', logs: 1 })
    expect(await cast('call', COUNTER, 'number()(uint256)')).toBe(number)
  }
  expect(JSON.parse(await cast('logs', '--address', COUNTER, '--json'))).toHaveLength(3)
  await expect(cast('call', COUNTER, 'set(uint256)', '13')).rejects.toThrow(
    'execution reverted: unlucky',
  )
})

test('cast sends requests over HTTP and WebSocket, and mines', async () => {
  for (const url of [server.url, socketUrl]) {
    const height = Number(await castAt(url, 'block-number'))
    expect(JSON.parse(await castAt(url, 'rpc', 'evm_mine'))).toBe('0x0')
    expect(Number(await castAt(url, 'block-number'))).toBe(height + 1)
    expect(await castAt(url, 'chain-id')).toBe('31337')
    expect(await castAt(url, 'balance', BOB, '--ether')).toMatch(/^9999\.99/)
  }
})

test('cast runs a transaction again', async () => {
  const [{ transactionHash }] = JSON.parse(await cast('logs', '--address', COUNTER, '--json'))
  expect(await cast('run', transactionHash)).toContain('Transaction successfully executed.')
})

test('cast subscribes to logs', async () => {
  const args = ['logs', '--address', COUNTER, '--subscribe', '--json', '--rpc-url', socketUrl]
  const child = spawn(foundry('cast'), args, { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const received = once(child.stdout, 'data')
    const send = ['send', COUNTER, 'set(uint256)', '10', '--unlocked', '--from', BOB]
    // It does not say when it has subscribed.
    const again = setInterval(() => void cast(...send).catch(() => {}), 1_000)
    expect(String(await received)).toContain(COUNTER.toLowerCase())
    clearInterval(again)
  } finally {
    child.kill()
  }
})

test('forge runs a script, and tests on a fork of the chain', async () => {
  const script = ['script', 'script/Deploy.s.sol:Deploy', '--rpc-url', server.url]
  const printed = await forge(...script, '--private-key', ALICES_KEY, '--broadcast')
  expect(printed).toContain('ONCHAIN EXECUTION COMPLETE & SUCCESSFUL.')
  expect(await forge('test', '--fork-url', server.url)).toContain('1 tests passed, 0 failed')
})
