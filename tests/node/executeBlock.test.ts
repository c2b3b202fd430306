import { execFile } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { createPublicClient, custom } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type BlockInput,
  createEvm,
  type Evm,
  type executeBlock,
  type PreState,
} from '../../dist/js/src/index.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

type Document = {
  block: BlockInput & { transactions: Record<string, unknown>[] }
  preState: PreState
}

async function document(number: number): Promise<Document> {
  const file = await readFile(new URL(`../../fixtures/${number}.json.gz`, import.meta.url))
  return JSON.parse(gunzipSync(file).toString())
}

/** The block as viem makes it of what a node answers. */
function ofViem(block: BlockInput) {
  const client = createPublicClient({ transport: custom({ request: async () => block }) })
  return client.getBlock({ includeTransactions: true })
}

let evm: Evm
beforeAll(async () => {
  evm = await createEvm({ threads: 2 })
})
afterAll(() => evm.close())

// Before London's successors and after Cancun; viem has fields of Cancun in both.
const blocks = [
  { number: 13_217_637, gasUsed: 29_985_362n },
  { number: 19_933_122, gasUsed: 2_056_821n },
]

test.each(blocks)('block $number is taken as a node answers', async ({ number, gasUsed }) => {
  const { block, preState } = await document(number)
  const outcome = await evm.executeBlock({ block, preState })
  expect(outcome.gasUsed).toBe(gasUsed)
  expect(outcome.checks).toMatchObject({ receiptsRoot: true, logsBloom: true, gasUsed: true })
})

test.each(blocks)('block $number is taken as viem has it', async ({ number, gasUsed }) => {
  const { block, preState } = await document(number)
  const accounts = Object.entries(preState).map(([address, account]) => [
    address,
    { ...account, balance: BigInt(account.balance ?? 0), nonce: Number(account.nonce ?? 0) },
  ])
  const outcome = await evm.executeBlock({
    block: { ...(await ofViem(block)), totalDifficulty: null } as BlockInput,
    preState: Object.fromEntries(accounts),
  })
  expect(outcome.gasUsed).toBe(gasUsed)
  expect(outcome.checks).toMatchObject({ receiptsRoot: true, logsBloom: true, gasUsed: true })
})

test('0 for fields that a header does not have yet is as good as nothing', async () => {
  const { block, preState } = await document(13_217_637)
  const zeros = { ...block, blobGasUsed: 0n, excessBlobGas: 0n }
  expect((await evm.executeBlock({ block: zeros, preState })).checks.receiptsRoot).toBe(true)
})

const forks = ['homestead', 'eip150', 'eip155', 'eip158', 'byzantium', 'constantinople']
forks.push('petersburg', 'istanbul', 'berlin', 'london')
const config = {
  chainId: 31_337,
  ...Object.fromEntries(forks.map((fork) => [`${fork}Block`, 0])),
  terminalTotalDifficulty: 0n,
  ...Object.fromEntries(
    ['shanghai', 'cancun', 'prague', 'osaka'].map((fork) => [`${fork}Time`, 0]),
  ),
}

/** A block of three transactions of a chain of one's own, with the state before each. */
async function ownBlock(): Promise<{ block: BlockInput; preState: PreState.PerTransaction }> {
  await using own = await createEvm({ build: 'single', mining: 'manual' })
  const ask = <T>(method: string, ...params: unknown[]) =>
    own.provider.request<T>({ method, params })
  const [from, to] = await ask<string[]>('eth_accounts')
  for (const value of ['0x1', '0x2', '0x3']) await ask('eth_sendTransaction', { from, to, value })
  await ask('evm_mine')
  const options = { tracer: 'prestateTracer' }
  const system = await Promise.all(
    SYSTEM.map(async (address) => [
      address,
      { nonce: 1, code: await ask('eth_getCode', address, 'earliest') },
    ]),
  )
  return {
    block: await ask('eth_getBlockByNumber', '0x1', true),
    preState: [
      ...(await ask<PreState.PerTransaction>('debug_traceBlockByNumber', '0x1', options)),
      { result: Object.fromEntries(system) },
    ],
  }
}

/** Contracts of EIP-2935, EIP-4788, EIP-7002 and EIP-7251. */
const SYSTEM = [
  '0x0000f90827f1c53a10cb7a02335b175320002935',
  '0x000f3df6d732807ef1319fb7b8bb8522d0beac02',
  '0x00000961ef480eb55e80d19ad83579a64c007002',
  '0x0000bbddc7ce488642fb579f8b00f3a590007251',
]

test('a block of any chain is executed by the forks that its caller names', async () => {
  const { block, preState } = await ownBlock()
  for (const rules of [
    { schedule: config },
    { genesis: { config } },
    { genesis: JSON.stringify({ config: { ...config, terminalTotalDifficulty: 0 } }) },
  ]) {
    const outcome = await evm.executeBlock({ block, preState, ...rules })
    expect(outcome.gasUsed).toBe(63_000n)
    expect(outcome.checks).toMatchObject({ gasUsed: true, receiptsRoot: true, requestsHash: true })
  }
  const error = await evm.executeBlock({ block, preState }).catch((error: unknown) => error)
  expect(error).toMatchObject({ name: 'InvalidFixtureError', field: 'chainId' })
  expect((error as Error).message).toContain('`schedule` or `genesis`')
})

test('contradictory parameters are named before anything starts', async () => {
  const { block, preState } = await document(19_933_122)
  const wrong: [object, string][] = [
    [
      { block: await Promise.resolve({ ...block, transactions: ['0x12'] }), preState },
      'block.transactions[0]',
    ],
    [{ block: { ...block, transactions: undefined }, preState }, 'block.transactions'],
    [{ block: { ...block, number: 1.5 }, preState }, 'block.number'],
    [{ block }, 'preState'],
    [{ preState }, 'block'],
    [{ block, preState, fixture: '{}' }, 'block'],
    [{ block, preState: { pre: {}, post: {} } }, 'preState'],
    [{ block, preState: [{ pre: {} }] }, 'preState[0].result'],
    [{ block, preState: { '0x12': 7 } }, 'preState.0x12'],
    [{ block, preState, schedule: {}, genesis: {} }, 'schedule'],
    [{ block, preState, genesis: {} }, 'genesis.config'],
    [{ block, preState, schedule: { londonBlok: 0 } }, 'schedule.londonBlok'],
    [{ block: { ...block, transactions: [] }, preState }, 'chainId'],
  ]
  for (const [parameters, parameter] of wrong)
    await expect(
      evm.executeBlock(parameters as executeBlock.Parameters),
      parameter,
    ).rejects.toMatchObject({ name: 'InvalidParameterError', data: { parameter } })
})

test('the examples of docs/execute-block.md run', async () => {
  const page = await readFile(`${root}docs/execute-block.md`, 'utf8')
  const [replay, calls, stream] = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) =>
    code?.replaceAll("from 'parevm'", "from './dist/js/src/index.js'"),
  )
  const run = async (name: string, code: string) => {
    const script = `${root}${name}.tmp.mjs`
    await writeFile(script, code)
    try {
      const { stdout } = await promisify(execFile)(process.execPath, [script], { cwd: root })
      return JSON.parse(stdout)
    } finally {
      await rm(script)
    }
  }
  const print = (value: string) =>
    `console.log(JSON.stringify(${value}, (_, one) => (typeof one === 'bigint' ? String(one) : one)))`
  const replayed = await run('replay', `${replay}${print('{ checks, gas: receipts[0].gasUsed }')}`)
  expect(replayed.checks).toMatchObject({ gasUsed: true, receiptsRoot: true })
  const tried = await run(
    'calls',
    `${calls}${print('{ trace: trace.gasUsed, report: report.gasUsed }')}`,
  )
  expect(tried).toEqual({ trace: replayed.gas, report: replayed.gas })
  const last = print('{ gas: run.gasUsed, runs: run.timeline.length }')
  const streamed = await run('stream', `${stream}${last}`)
  expect(streamed.gas).toBe('29985362')
  expect(streamed.runs).toBeGreaterThanOrEqual(1100)
})
