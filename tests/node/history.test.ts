import { expect, test } from 'vitest'
import { assets } from '../../dist/js/src/assets.js'
import { startEvm } from '../../dist/js/src/evm/start.js'
import { createEvm, type Evm } from '../../dist/js/src/index.js'
import type { Host } from '../../dist/js/src/loader/host.js'
import { nodeHost } from '../../dist/js/src/loader/node.js'
import type { ToWorker } from '../../dist/js/src/pool/message.js'
import { testBuild } from '../faults/testBuild.js'

const ALICE = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const BOB = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const builds = [
  { build: 'threads', threads: 2 },
  { build: 'single', threads: 1 },
] as const

/** Returns a host that records the messages to its workers. */
function listening(host: Host) {
  const messages: ToWorker[] = []
  const spawn: typeof host.spawn = (watch) => {
    const worker = host.spawn(watch)
    const post = (message: ToWorker) => {
      messages.push(message)
      worker.post(message)
    }
    return { ...worker, post }
  }
  const asked = (kind: string) =>
    messages.flatMap((message) =>
      message.type === 'request' && message.request.kind === kind ? [message.request] : [],
    )
  return { host: { ...host, spawn }, asked }
}

test.each(builds)('a chain with a long history outlives its engine ($build)', async (options) => {
  const { startEvm, detectHost } = await testBuild()
  const { host, asked } = listening(await detectHost())
  const { evm, supervisor } = await startEvm(host, options, { faults: true })
  const ask = <T>(method: string, ...params: unknown[]) =>
    evm.provider.request<T>({ method, params: params as [] })
  const filter = await ask('eth_newFilter', { fromBlock: '0x0' })
  const look = async () =>
    JSON.stringify([
      await ask('eth_getBlockByNumber', 'latest', true),
      await ask('eth_getBlockByNumber', '0x1', true),
      await ask('eth_getProof', BOB, [], 'latest'),
      await ask('eth_getBalance', BOB, '0x200'),
      await ask('eth_getLogs', { fromBlock: '0x0' }),
      await ask('txpool_content'),
      await ask('eth_getFilterLogs', filter),
      await ask('anvil_nodeInfo'),
    ])

  // PUSH1 7, PUSH1 1, SSTORE, PUSH0, PUSH0, LOG0
  await ask('eth_sendTransaction', { from: ALICE, data: '0x60076001555f5fa0' })
  const snapshot = await ask('evm_snapshot')
  for (let count = 0; count < 600; count += 1) {
    await ask('evm_mine')
    await ask('anvil_setBalance', BOB, `0x${count.toString(16)}`)
  }
  await ask('evm_setAutomine', false)
  await ask('eth_sendTransaction', { from: ALICE, to: BOB, value: '0x1' })
  expect(asked('saveNode')).toHaveLength(1)
  const before = await look()

  const panic = supervisor.request({ kind: 'fault', fault: 'panicInEngine' })
  await expect(panic).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
  expect(await look()).toBe(before)
  const opening = asked('openNode').at(-1)
  expect(opening).toMatchObject({ saved: expect.any(Uint8Array) })
  expect(opening !== undefined && 'journal' in opening && opening.journal.length).toBeLessThan(300)

  expect(await ask('evm_revert', snapshot)).toBe(true)
  expect(await ask('eth_blockNumber')).toBe('0x1')
  await evm.close()
})

test.each(builds)('a change that cannot be repeated is an error ($build)', async (options) => {
  const { evm, supervisor } = await startEvm(nodeHost(assets), options, {})
  const chain = {
    options: '{}',
    blocks: undefined,
    nowMs: 0,
    timeMs: 1,
    savedChain: undefined,
    saved: undefined,
  }
  const open = (method: string, params: string) =>
    supervisor.request({
      kind: 'openNode',
      ...chain,
      journal: [{ method, params, nowMs: 0, entropy: '00'.repeat(16) }],
    })
  await expect(open('anvil_setBalance', '["0x9"]')).rejects.toMatchObject({
    code: 'ENGINE_BUG',
    message: expect.stringMatching(/^Anvil_setBalance cannot be repeated/),
  })
  await expect(open('eth_chainId', '[]')).rejects.toThrow('nothing changed')
  const spoilt = { ...chain, saved: Uint8Array.of(0xc1, 0xff), journal: [] }
  await expect(supervisor.request({ kind: 'openNode', ...spoilt })).rejects.toMatchObject({
    code: 'ENGINE_BUG',
    message: expect.stringMatching(/^The node cannot be restored/),
  })
  await evm.close()
})

/** MODEXP of numbers of 1,024 bytes costs little before Osaka, takes seconds, and cannot be interrupted. */
test.each(builds)('one long step is ended with its engine ($build)', async (options) => {
  const limits = { timeMs: 200, gas: 2n ** 50n }
  await using evm = await createEvm({ ...options, limits, genesis: berlin() })
  await evm.provider.request({ method: 'anvil_setBalance', params: [BOB, '0x7'] })
  const length = 1024n.toString(16).padStart(64, '0')
  const data = `0x${length.repeat(3)}${'ff'.repeat(3 * 1024)}` as const
  const to = `0x${'5'.padStart(40, '0')}` as const
  for (const ask of [
    () => evm.call({ account: ALICE, to, data, gas: 2n ** 40n }),
    () => evm.simulate({ calls: [{ from: ALICE, to, data, gas: 2n ** 40n }] }),
    () =>
      evm.provider.request({
        method: 'eth_sendTransaction',
        params: [{ from: ALICE, to, data, gas: '0x4000000', gasPrice: '0x1' }],
      }),
  ]) {
    const start = performance.now()
    await expect(ask()).rejects.toMatchObject({ name: 'TimeoutRpcError', code: -32016 })
    expect(performance.now() - start).toBeLessThan(2_500)
    const rejected = performance.now()
    // The caller is rejected at once; the next request waits for the next engine.
    await isThere(evm)
    expect(performance.now() - rejected).toBeLessThan(1_000)
  }
})

/** The chain is as it was, and serves. */
async function isThere(evm: Evm) {
  const balance = { method: 'eth_getBalance', params: [BOB, 'latest'] } as const
  expect(await evm.provider.request(balance)).toBe('0x7')
  expect(await evm.provider.request({ method: 'eth_blockNumber' })).toBe('0x0')
}

/** A chain on which MODEXP is cheap. */
function berlin() {
  const forks = ['homestead', 'eip150', 'eip155', 'eip158', 'byzantium', 'constantinople']
  forks.push('petersburg', 'istanbul', 'berlin')
  const config = Object.fromEntries(forks.map((name) => [`${name}Block`, 0]))
  return {
    config: { chainId: 1, ...config },
    difficulty: '0x1',
    gasLimit: '0x10000000',
    alloc: { [ALICE]: { balance: '0x21e19e0c9bab2400000' } },
  }
}
