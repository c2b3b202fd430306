import { execFile } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { createEvm, type Hex, type simulate } from '../../dist/js/src/index.js'

const ALICE = `0x${'a1'.repeat(20)}` as const
const BOB = `0x${'b0'.repeat(20)}` as const
const TOKEN = `0x${'70'.repeat(20)}` as const
const GO = '0x00000001'
const TRANSFER = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'

const word = (text: string | number) =>
  `0x${(typeof text === 'number' ? text.toString(16) : text.slice(2)).padStart(64, '0')}` as Hex

/**
 * Answers the slot of the address that it is asked for. Called with a selector alone, it moves five
 * from Alice to Bob, and keeps one of them.
 */
const token = [
  '0x3660041460115760043554',
  '5f5260205ff3', // MSTORE, RETURN
  `5b600373${ALICE.slice(2)}55600673${BOB.slice(2)}55`, // SSTORE
  `60055f5273${BOB.slice(2)}73${ALICE.slice(2)}7f${TRANSFER.slice(2)}60205fa300`, // LOG3
].join('') as Hex

const slots = [
  { slot: word(ALICE), value: word(8) },
  { slot: word(BOB), value: word(2) },
]
const stateOverrides = [
  { address: ALICE, balance: 100n },
  { address: TOKEN, code: token, stateDiff: slots },
]
const go = { from: ALICE, to: TOKEN, data: GO } as const

describe.each(['threads', 'single'] as const)('simulate, %s build', (build) => {
  const options = { build, ...(build === 'threads' ? { threads: 2 } : {}) }

  test('the report has asset changes, and tokens whose logs contradict their balances', async () => {
    await using evm = await createEvm(options)
    const calls = [{ from: ALICE, to: BOB, value: 7n }, go]
    const report = await evm.simulate({ calls, stateOverrides, atomic: true })
    expect(report).toMatchObject({ status: 'success', failedCall: null, failure: null })
    const erc20 = { type: 'erc20', token: TOKEN }
    expect(report.assetChanges).toEqual([
      {
        account: ALICE,
        asset: { type: 'native' },
        before: 100n,
        after: 93n,
        change: -7n,
        agrees: true,
      },
      { account: ALICE, asset: erc20, before: 8n, after: 3n, change: -5n, agrees: true },
      {
        account: BOB,
        asset: { type: 'native' },
        before: 0n,
        after: 7n,
        change: 7n,
        agrees: true,
      },
      {
        account: BOB,
        asset: erc20,
        before: 2n,
        after: 6n,
        change: 4n,
        claimed: 5n,
        agrees: false,
      },
    ])
    const [paid, moved] = report.calls
    expect(paid?.gasUsed).toBe(21_000n)
    expect(paid?.assetChanges).toHaveLength(2)
    expect(moved?.logs).toEqual([
      { address: TOKEN, topics: [TRANSFER, word(ALICE), word(BOB)], data: word(5) },
    ])
    expect(moved?.trace).toMatchObject({ type: 'CALL', from: ALICE, to: TOKEN, value: 0n })
    expect(report.gasUsed).toBe(21_000n + (moved?.gasUsed ?? 0n))
    const alice = report.stateDiff.find(({ address }) => address === ALICE)
    expect(alice).toEqual({
      address: ALICE,
      balance: { before: 100n, after: 93n },
      nonce: { before: 0, after: 2 },
    })
    expect(structuredClone(report)).toEqual(report)
    expect(await evm.provider.request({ method: 'eth_blockNumber' })).toBe('0x0')
  })

  test('a failure is decoded, and an atomic bundle leaves nothing', async () => {
    await using evm = await createEvm(options)
    // Reverts with Broke(uint256): PUSH4, MSTORE, MSTORE, REVERT.
    const code: Hex = '0x639ad27b265f5260056020526024601cfd'
    const calls = [
      { from: ALICE, to: BOB, value: 7n },
      { from: ALICE, to: TOKEN },
    ]
    const overrides = [stateOverrides[0] ?? { address: ALICE }, { address: TOKEN, code }]
    const abi = [
      { type: 'error', name: 'Broke', inputs: [{ name: 'missing', type: 'uint256' }] },
      { type: 'fallback', stateMutability: 'payable' },
    ]
    const report = await evm.simulate({ calls, stateOverrides: overrides, atomic: true, abi })
    expect(report).toMatchObject({
      status: 'failure',
      failedCall: 1,
      assetChanges: [],
      stateDiff: [],
    })
    expect(report.calls.map(({ status }) => status)).toEqual(['undone', 'failure'])
    const error = {
      name: 'Broke',
      signature: 'Broke(uint256)',
      args: [{ name: 'missing', type: 'uint256', value: 5n }],
    }
    expect(report.failure).toMatchObject({
      kind: 'reverted',
      message: 'execution reverted: Broke(5)',
      data: `0x9ad27b26${word(5).slice(2)}`,
      error,
      innermost: { address: TOKEN, depth: 0, error },
    })
  })

  test('unsigned calls can be simulated', async () => {
    await using evm = await createEvm(options)
    const authorizationList = [{ address: TOKEN, authority: BOB }]
    const report = await evm.simulate({
      account: ALICE,
      calls: [
        { to: BOB, data: GO, authorizationList },
        { to: BOB, blobCount: 2, maxFeePerBlobGas: 1n },
      ],
      stateOverrides: [{ address: ALICE, balance: 10n ** 18n }, ...stateOverrides.slice(1)],
    })
    expect(report.status).toBe('success')
    const bob = report.stateDiff.find(({ address }) => address === BOB)
    expect(bob?.code).toEqual({ before: '0x', after: `0xef0100${TOKEN.slice(2)}` })
    expect(report.calls[1]?.fees).toEqual([{ account: ALICE, change: -262_144n }])
  })

  test('calls that do not end are ended, and the next request is served at once', async () => {
    await using evm = await createEvm({ ...options, limits: { timeMs: 300, gas: 2n ** 50n } })
    // JUMPDEST, PUSH0, JUMP
    const endless = [{ address: TOKEN, code: '0x5b5f56' as Hex }]
    const calls = [{ to: TOKEN }, { from: BOB, to: TOKEN }, { from: ALICE, to: BOB }]
    const start = performance.now()
    await expect(evm.simulate({ calls, stateOverrides: endless })).rejects.toMatchObject({
      name: 'TimeoutRpcError',
      code: -32016,
    })
    const ended = performance.now()
    expect(ended - start).toBeLessThan(2_000)
    expect(await evm.simulate({ calls: [{ to: BOB }] })).toMatchObject({ status: 'success' })
    expect(performance.now() - ended).toBeLessThan(200)
  })

  test('a wrong parameter is named', async () => {
    await using evm = await createEvm(options)
    const fails = (calls: unknown, message: string) =>
      expect(evm.simulate({ calls } as simulate.Parameters)).rejects.toThrow(message)
    await fails(7, '`calls` must be a list')
    await fails([], 'calls: there is none')
    await fails([{ value: -1n }], '`calls[0].value` must be')
    await fails([{}, { to: '0x12' }], '`calls[1].to` must be 0x and 40 digits')
    await fails([{ blobCount: 1, blobVersionedHashes: [] }], 'calls[0]: both blobCount')
    const controller = new AbortController()
    controller.abort(new Error('enough'))
    const { signal } = controller
    await expect(evm.simulate({ calls: [go], signal })).rejects.toThrow('enough')
  })
})

test('a report is the same in both builds and on any number of threads', async () => {
  const calls = [1, 2, 3, 4, 5].flatMap((digit) => [
    { from: `0x${`${digit}`.repeat(40)}` as Hex, to: TOKEN, data: GO as Hex },
    { from: ALICE, to: BOB, value: BigInt(digit) },
  ])
  const text = async (options: Parameters<typeof createEvm>[0]) => {
    await using evm = await createEvm(options)
    const report = await evm.simulate({ calls, stateOverrides })
    return JSON.stringify(report, (_, value) => (typeof value === 'bigint' ? `${value}n` : value))
  }
  const single = await text({ build: 'single' })
  expect(await text({ build: 'threads', threads: 1 })).toBe(single)
  expect(await text({ build: 'threads', threads: 2 })).toBe(single)
})

describe('parevm simulate', () => {
  const script = fileURLToPath(new URL('../../dist/js/bin/parevm.js', import.meta.url))
  const parevm = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      execFile(process.execPath, [script, 'simulate', ...args], (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
      })
    })
  const rich = `0x${'1c'.repeat(20)}`
  const forks = ['homestead', 'eip150', 'eip155', 'eip158', 'byzantium', 'constantinople']
  const blocks = [...forks, 'petersburg', 'istanbul', 'berlin', 'london'].map((fork) => [
    `${fork}Block`,
    0,
  ])
  const genesis = {
    config: {
      chainId: 7,
      ...Object.fromEntries(blocks),
      terminalTotalDifficulty: 0,
      shanghaiTime: 0,
    },
    alloc: { [rich]: { balance: '0x21e19e0c9bab2400000' } },
    difficulty: '0x0',
    gasLimit: '0x1c9c380',
  }
  const written = async (name: string, value: unknown) => {
    const file = join(await mkdtemp(join(tmpdir(), 'parevm-')), name)
    await writeFile(file, JSON.stringify(value))
    return file
  }

  test('one call is shown as tables, or as JSON', async () => {
    const file = await written('genesis.json', genesis)
    const one = ['--genesis', file, '--from', rich, '--to', BOB, '--value', '1500000000000000000']
    const shown = await parevm(...one)
    expect(shown.stdout).toMatch(/^success, 21,000 gas/)
    expect(shown.stdout).toMatch(new RegExp(`${rich} +ether +10000 +9998\\.5 +-1\\.5`))
    expect(shown.stdout).toMatch(new RegExp(`${BOB} +ether +0 +1\\.5 +\\+1\\.5`))
    expect(shown.code).toBe(0)
    const { stdout, code } = await parevm(...one, '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'success',
      gasUsed: '0x5208',
      assetChanges: [{ account: rich }, { account: BOB, change: '0x14d1120d7b160000' }],
    })
    expect(code).toBe(0)
  })

  test('a request of wallet_sendCalls is read from a file; a failed call is exit code 1', async () => {
    const calls = [
      { to: BOB, value: '0x1' },
      { to: BOB, value: `0x${'f'.repeat(40)}` },
    ]
    const asked = { version: '2.0.0', chainId: '0x7', from: rich, atomicRequired: true, calls }
    const file = await written('calls.json', [asked])
    const chain = ['--genesis', await written('genesis.json', genesis)]
    const { code, stdout } = await parevm('--calls', file, ...chain)
    expect(stdout).toMatch(/^failure/)
    expect(stdout).toMatch(/0 +undone/)
    expect(stdout).toMatch(/1 +failure +0 +insufficient funds/)
    expect(code).toBe(1)
  })

  test('a key of its files that is not known is named, with the one that was meant', async () => {
    const calls = await written('calls.json', { calls: [{ to: BOB, valeu: '0x1' }] })
    const bundle = await written('calls.json', { callz: [], calls: [] })
    const file = await written('genesis.json', { ...genesis, allocs: {} })
    for (const [args, words] of [
      [
        ['--calls', calls],
        '`calls[0].valeu` must be left out, not "0x1".\nUnknown key; did you mean `value`?',
      ],
      [
        ['--calls', bundle],
        '`callz` must be left out, not a list.\nUnknown key; did you mean `calls`?',
      ],
      [
        ['--to', BOB, '--genesis', file],
        '`genesis.allocs` must be left out, not an object.\nUnknown key; did you mean `alloc`?',
      ],
    ] as const) {
      const { code, stderr } = await parevm(...args)
      expect(stderr).toContain(words)
      expect(code).toBe(2)
    }
  })

  test('an error is one line', async () => {
    for (const [args, words] of [
      [[], 'either --calls'],
      [['--to', BOB, '--value', 'much'], '--value takes wei'],
      [['--to', '0x12'], 'bundle.calls[0].to'],
      [['--calls', '/nowhere'], '/nowhere'],
      [['--to', BOB, '--block', '7'], 'block not found'],
    ] as const) {
      const { code, stderr } = await parevm(...args)
      expect(stderr).toContain(words)
      expect(stderr).not.toContain('    at ')
      expect(code).toBe(2)
    }
  })
})
