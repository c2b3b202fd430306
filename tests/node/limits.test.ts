import { describe, expect, test } from 'vitest'
import { createEvm, type Evm, type Hex } from '../../dist/js/src/index.js'

const ALICE = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const CONTRACT = `0x${'cc'.repeat(20)}` as const

/** Gas that no call of these comes to the end of. */
const gas = 2n ** 50n

const LOOP = '0x5b5f56'
/** Calls itself with all gas, once or twice, and lets that fail. */
const once = '5f5f5f5f5f305af150'
const RECURSION: Hex = `0x${once}`
const FORKS: Hex = `0x${once}${once}`

/** What takes what without end, and the error with which it ends. */
const greedy: readonly [string, Hex, number][] = [
  ['loops', LOOP, -32016],
  // Where calls are recorded they are too many before the time is up.
  ['calls itself twice', FORKS, -32016],
  // PUSH4 256 MiB, MLOAD
  ['asks for much memory at once', '0x631000000051', -32005],
  // JUMPDEST, MSIZE, MLOAD, POP, PUSH0, JUMP
  ['asks for memory word by word', '0x5b5951505f56', -32005],
  // JUMPDEST, PUSH2 1024, PUSH0, LOG0, PUSH0, JUMP
  ['logs', '0x5b6104005fa05f56', -32005],
  // PUSH0; JUMPDEST, PUSH1 1, ADD, DUP1, DUP1, SSTORE, PUSH1 1, JUMP
  ['stores', '0x5f5b600101808055600156', -32005],
]

const request = (code: Hex) => ({
  account: ALICE as Hex,
  to: CONTRACT,
  gas,
  stateOverride: [{ address: CONTRACT, code }],
})

/** Resolves when the engine has served a request, which must be at once. */
async function servesAtOnce(evm: Evm) {
  const start = performance.now()
  const balance = await evm.provider.request({
    method: 'eth_getBalance',
    params: [ALICE, 'latest'],
  })
  expect(balance).toBe('0x21e19e0c9bab2400000')
  expect(performance.now() - start).toBeLessThan(100)
}

describe.each(['threads', 'single'] as const)('%s build', (build) => {
  const options = { build, ...(build === 'threads' ? { threads: 2 } : {}) }

  test.each(greedy)('a contract that %s is ended', async (_, code, expected) => {
    // What takes memory must have the time to.
    const time = expected === -32016 ? 700 : 2_000
    const limits = { timeMs: time, memoryBytes: 64 * 2 ** 20, gas }
    await using evm = await createEvm({ ...options, limits })
    const { stateOverride: stateOverrides, ...call } = request(code)
    const bundle = { calls: [call], stateOverrides }
    for (const ask of [
      () => evm.call(request(code)),
      () => evm.traceCall({ ...request(code), tracer: 'prestateTracer' }),
      () => evm.simulateCalls({ ...bundle, account: ALICE, blockOverrides: { gasLimit: gas } }),
      () => evm.simulate(bundle),
    ]) {
      const start = performance.now()
      const records = code === FORKS ? expect.toBeOneOf([expected, -32005]) : expected
      await expect(ask()).rejects.toMatchObject({ code: records })
      expect(performance.now() - start).toBeLessThan(time + 500)
      await servesAtOnce(evm)
    }
  })

  test('all that the engine has is not more than it has', async () => {
    await using evm = await createEvm({ ...options, limits: { gas, timeMs: 60_000 } })
    const logs = greedy.find(([name]) => name === 'logs')?.[1] ?? '0x'
    await expect(evm.call(request(logs))).rejects.toMatchObject({
      name: 'LimitExceededRpcError',
      code: -32005,
    })
    await servesAtOnce(evm)
  })

  test('calls may be 1,024 deep', async () => {
    await using evm = await createEvm({ ...options, limits: { gas } })
    expect(await evm.call(request(RECURSION))).toEqual({ data: undefined })
    const trace = await evm.traceCall({ ...request(RECURSION), tracer: 'callTracer' })
    let depth = 0
    for (let frame = trace; frame.calls?.[0] !== undefined; [frame] = frame.calls as [typeof trace])
      depth += 1
    expect(depth).toBe(1_025)
    const { stateOverride: stateOverrides, ...call } = request(RECURSION)
    expect(await evm.simulate({ calls: [call], stateOverrides })).toMatchObject({
      status: 'success',
    })
  })

  test('a block that does not end is ended, and is not made', async () => {
    const limits = { timeMs: 300 }
    await using evm = await createEvm({ ...options, limits, genesis: london() })
    const ask = <T>(method: string, ...params: unknown[]) =>
      evm.provider.request<T>({ method, params: params as [] })
    const transaction = { from: ALICE, to: CONTRACT, gas: `0x${gas.toString(16)}`, gasPrice: '0x8' }
    const ends = async (request: Promise<unknown>) => {
      const start = performance.now()
      await expect(request).rejects.toMatchObject({ name: 'TimeoutRpcError', code: -32016 })
      expect(performance.now() - start).toBeLessThan(1_000)
      await servesAtOnce(evm)
      expect(await ask('eth_blockNumber')).toBe('0x0')
    }
    await ends(ask('eth_sendTransaction', transaction))
    await ask('evm_setAutomine', false)
    await ask('eth_sendTransaction', transaction)
    await ends(ask('evm_mine'))
    await ends(ask('eth_getBlockByNumber', 'pending', false))
  })

  test('a block of many transactions is ended, too', async () => {
    await using evm = await createEvm({ ...options, limits: { timeMs: 300 }, mining: 'manual' })
    const ask = <T>(method: string, ...params: unknown[]) =>
      evm.provider.request<T>({ method, params: params as [] })
    await ask('anvil_setCode', CONTRACT, LOOP)
    await ask('evm_setBlockGasLimit', '0x10000000000')
    for (let nonce = 0; nonce < 100; nonce += 1)
      await ask('eth_sendTransaction', {
        from: ALICE,
        to: CONTRACT,
        gas: '0x1000000',
        nonce: `0x${nonce.toString(16)}`,
      })
    const start = performance.now()
    await expect(ask('evm_mine')).rejects.toMatchObject({ code: -32016 })
    expect(performance.now() - start).toBeLessThan(1_500)
    await servesAtOnce(evm)
    expect(await ask('eth_blockNumber')).toBe('0x0')
  })
})

/** A chain before Osaka, which lets a transaction have as much gas as its block. */
function london() {
  const forks = ['homestead', 'eip150', 'eip155', 'eip158', 'byzantium', 'constantinople']
  forks.push('petersburg', 'istanbul', 'berlin', 'london')
  const config = Object.fromEntries(forks.map((name) => [`${name}Block`, 0]))
  return {
    config: { chainId: 1, ...config },
    difficulty: '0x1',
    baseFeePerGas: '0x7',
    gasLimit: `0x${(2n ** 51n).toString(16)}`,
    alloc: {
      [ALICE]: { balance: '0x21e19e0c9bab2400000' },
      // JUMPDEST, PUSH1 0, JUMP: there is no PUSH0 yet.
      [CONTRACT]: { balance: '0x0', code: '0x5b600056' },
    },
  }
}
