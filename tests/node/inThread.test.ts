import { readFile } from 'node:fs/promises'
import { afterEach, expect, test } from 'vitest'
import { createEvm, type Evm } from '../../dist/js/src/index.js'
import { testBuild } from '../faults/testBuild.js'

const identity = `0x${'00'.repeat(19)}04` as const
const echo = { to: identity, data: '0x1234' } as const
/** Init code of a contract that reverts with no data. */
const reverting = { code: '0x60006000fd', data: '0x' } as const

const engines: Evm[] = []
afterEach(async () => {
  await Promise.all(engines.splice(0).map((evm) => evm.close()))
})

async function start(options: Omit<createEvm.Options, 'worker'> = {}) {
  const evm = await createEvm({ ...options, worker: false })
  engines.push(evm)
  return evm
}

const block = () => readFile(new URL('../../fixtures/19933122.json.gz', import.meta.url))

test('the engine runs in the thread of the caller', async () => {
  const evm = await start()
  expect(evm.info).toMatchObject({ build: 'single', threads: 1, worker: false })
  expect(process.getActiveResourcesInfo()).not.toContain('MessagePort')
  expect(await evm.call(echo)).toEqual({ data: '0x1234' })
})

test('a call is answered in the same task', async () => {
  const evm = await start()
  expect(evm.sync.call(echo)).toEqual({ data: '0x1234' })
  expect(evm.sync.call({ to: identity })).toEqual({ data: undefined })
  // With fields beyond those of a bare call, and with an error.
  const [account] = (await evm.provider.request({ method: 'eth_accounts' })) as `0x${string}`[]
  expect(evm.sync.call({ ...echo, account, value: 1n, gas: 100_000n })).toEqual({ data: '0x1234' })
  expect(evm.sync.call({ ...echo, blockTag: 'earliest' })).toEqual({ data: '0x1234' })
  expect(() => evm.sync.call({ ...echo, value: 1n })).toThrow(
    expect.objectContaining({ name: 'InvalidInputRpcError' }),
  )
  expect(() => evm.sync.call(reverting)).toThrow(
    expect.objectContaining({ name: 'ExecutionRevertedError' }),
  )
  expect(() => evm.sync.call({ to: '0x12' })).toThrow(/`to`/)
})

test('a call sees every change that was asked for before it', async () => {
  const evm = await start()
  const account = `0x${'ab'.repeat(20)}` as const
  const set = (balance: string) =>
    evm.provider.request({ method: 'anvil_setBalance', params: [account, balance] })
  await set('0x5')
  // BALANCE of the account, as the creation of a contract that returns it.
  const data = `0x73${account.slice(2)}3160005260206000f3` as const
  const changed = set('0x7')
  const after = evm.call({ data })
  await changed
  expect(BigInt((await after).data ?? 0)).toBe(7n)
})

test('calls have an outcome each, in their order', async () => {
  for (const evm of [await start(), await createEvm({ threads: 2 })]) {
    engines.push(evm)
    const outcomes = await evm.calls([echo, reverting, { ...echo, data: '0x56' }])
    expect(outcomes).toMatchObject([
      { status: 'success', data: '0x1234' },
      { status: 'failure', error: { name: 'ExecutionRevertedError' } },
      { status: 'success', data: '0x56' },
    ])
    expect(await evm.calls({ calls: [] })).toEqual([])
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(evm.calls({ calls: [echo], signal })).rejects.toThrow('enough')
  }
})

test('engines of one thread know nothing of each other', async () => {
  const [first, second] = [await start({ chain: { id: 5 } }), await start({ chain: { id: 6 } })]
  const chainId = ({ provider }: Evm) => provider.request({ method: 'eth_chainId' })
  expect([await chainId(first), await chainId(second)]).toEqual(['0x5', '0x6'])
  await first.close()
  expect(() => first.sync?.call(echo)).toThrow(expect.objectContaining({ name: 'EvmClosedError' }))
  await expect(first.call(echo)).rejects.toMatchObject({ name: 'EvmClosedError' })
  expect(second.sync.call(echo)).toEqual({ data: '0x1234' })
})

test('a block gives way to other events, and can be aborted', async () => {
  const evm = await start()
  const { checks, gasUsed } = await evm.executeBlock({ fixture: await block() })
  expect([checks.receiptsRoot, gasUsed]).toEqual([true, 2_056_821n])
  const large = await readFile(new URL('../../fixtures/13217637.json.gz', import.meta.url))
  const controller = new AbortController()
  // An event of the host, due long before the block ends.
  setTimeout(() => controller.abort(new Error('enough')), 1)
  const running = evm.executeBlock({ fixture: large, signal: controller.signal })
  await expect(running).rejects.toThrow('enough')
  expect(await evm.call(echo)).toEqual({ data: '0x1234' })
})

test('an engine that is lost rejects its request, and the next one has its chain', async () => {
  const { startEvm, detectHost } = await testBuild()
  const options = { worker: false, chain: { id: 9 } } as const
  const { evm, supervisor } = await startEvm(await detectHost(), options, { faults: true })
  engines.push(evm)
  await evm.provider.request({ method: 'evm_mine' })
  const fault = supervisor.request({ kind: 'fault', fault: 'panicInEngine' })
  const waiting = evm.call(echo)
  await expect(fault).rejects.toMatchObject({ name: 'EngineFailedError' })
  expect(await waiting).toEqual({ data: '0x1234' })
  expect(await evm.provider.request({ method: 'eth_blockNumber' })).toBe('0x1')
  expect(evm.sync?.call(echo)).toEqual({ data: '0x1234' })
})

test('the options say what does not fit', async () => {
  await expect(createEvm({ worker: false, threads: 2 })).rejects.toThrow(/`threads`/)
  await expect(createEvm({ worker: false, build: 'threads' })).rejects.toMatchObject({
    name: 'UnsupportedRuntimeError',
  })
  await expect(createEvm({ worker: 7 as never })).rejects.toThrow(/`worker`/)
  await expect(createEvm({ wasm: 7 as never })).rejects.toThrow(/`wasm`/)
  await expect(createEvm({ wasm: { double: 'x' } as never })).rejects.toThrow(/`wasm.double`/)
  await expect(createEvm({ wasm: '/none/parevm_bg.wasm' })).rejects.toMatchObject({
    code: 'MODULE_NOT_FOUND',
  })
  await expect(createEvm({ worker: '/none/worker.js', threads: 2 })).rejects.toMatchObject({
    code: 'WORKER_NOT_FOUND',
  })
})

test('files may lie anywhere', async () => {
  const { Worker } = await import('node:worker_threads')
  const script = new URL('../../dist/js/src/worker.js', import.meta.url)
  const wasm = new URL('../../dist/wasm/threads/parevm_bg.wasm', import.meta.url)
  let started = 0
  const worker = () => {
    started += 1
    return new Worker(script) as never
  }
  for (const options of [
    { worker: script, wasm },
    { worker: script.pathname, wasm: wasm.pathname },
    { worker, wasm: { threads: await readFile(wasm) } },
  ]) {
    const evm = await createEvm({ ...options, threads: 2 })
    engines.push(evm)
    expect(evm.info).toMatchObject({ build: 'threads', threads: 2, worker: true })
    expect(await evm.call(echo)).toEqual({ data: '0x1234' })
  }
  expect(started).toBe(3)
})
