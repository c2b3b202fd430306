import { createEvm, type Evm, type Hex } from '../../../dist/js/src/index.js'
import { createRandom, type Random } from '../attack/random.js'
import { type Hostile, hostileContract } from './contract.js'

/** Outcome of hostile runs. Times in milliseconds. */
export type HostileRuns = {
  runs: number
  /** How many runs ended with which word: `result`, the code of an error, or the name of one without a code. */
  ends: Record<string, number>
  /** How many runs each way of running code has had. */
  ways: Record<string, number>
  longest: { ms: number; way: string; kind: string; code: string }
  /** Longest time for which the event loop of the page or of Node did not turn. */
  blockedMs: number
  /** How often that was longer than 100 ms. */
  blocks: number
  /** Errors that an engine ends with when it is lost, and others that no caller can expect. */
  unexpected: string[]
  /** Whether head, state and balance are as before. */
  isSameChain: boolean
  /** Milliseconds of all runs. */
  ms: number
}

/** Limits under which the runs are: with less time there are more of them. */
const TIME_MS = 25
const BLOCK_MS = 150
const MEMORY = 64 * 2 ** 20
const GASES = [30_000n, 300_000n, 3_000_000n, 30_000_000n, 2n ** 50n]

const ALICE = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const CONTRACT = `0x${'cc'.repeat(20)}` as const
const TICK_MS = 5

type Way = (evm: Evm, code: Hex, gas: bigint, random: Random) => Promise<unknown>

const call = (code: Hex, gas: bigint) => ({
  account: ALICE as Hex,
  to: CONTRACT,
  gas,
  stateOverride: [{ address: CONTRACT, code }],
})
const bundle = (code: Hex, gas: bigint, count: number) => ({
  calls: Array.from({ length: count }, () => ({ account: ALICE as Hex, to: CONTRACT, gas })),
  stateOverrides: [{ address: CONTRACT, code }],
})
const overrides = { blockOverrides: { gasLimit: 2n ** 52n } }
const request = (evm: Evm, method: string, params: unknown[]) =>
  evm.provider.request({ method, params } as never)

/** Every way in which code of others is run. */
const WAYS: Readonly<Record<string, Way>> = {
  call: (evm, code, gas) => evm.call(call(code, gas)),
  // Creation: the code runs as init code.
  create: (evm, code, gas) => evm.call({ account: ALICE, data: code, gas }),
  estimateGas: (evm, code, gas) => evm.estimateGas(call(code, gas)),
  createAccessList: (evm, code, gas) => evm.createAccessList(call(code, gas)),
  simulate: (evm, code, gas, random) => evm.simulate(bundle(code, gas, 1 + random.below(3))),
  simulateCalls: (evm, code, gas, random) =>
    evm.simulateCalls({ ...bundle(code, gas, 1 + random.below(3)), account: ALICE, ...overrides }),
  simulateBlocks: (evm, code, gas, random) =>
    evm.simulateBlocks({
      blocks: Array.from({ length: 1 + random.below(3) }, () => ({
        ...bundle(code, gas, 2),
        ...overrides,
      })),
    }),
  structLogs: (evm, code, gas) => evm.traceCall({ ...call(code, gas) }),
  tracer: (evm, code, gas, random) => {
    const tracer = random.of([
      'callTracer',
      'prestateTracer',
      'flatCallTracer',
      '4byteTracer',
      'erc7562Tracer',
    ] as const)
    return evm.traceCall({ ...call(code, gas), tracer } as never)
  },
  // On the chain itself, and back.
  transaction: async (evm, code) => {
    const snapshot = await request(evm, 'evm_snapshot', [])
    try {
      await request(evm, 'anvil_setCode', [CONTRACT, code])
      return await request(evm, 'eth_sendTransaction', [
        { from: ALICE, to: CONTRACT, gas: '0xf4240' },
      ])
    } finally {
      await request(evm, 'evm_revert', [snapshot])
    }
  },
}

/** A document of a block with the state before it. */
type Document = {
  block: { transactions: { to?: Hex | null }[] }
  preState: Record<string, { code?: Hex }>
}

/** Runs a mainnet block one of whose contracts has other code. */
async function runBlock(
  evm: Evm,
  { code }: Hostile,
  { block, preState }: Document,
  random: Random,
): Promise<unknown> {
  const called = block.transactions.map(({ to }) => to?.toLowerCase() as string)
  const contracts = called.filter((address) => (preState[address]?.code?.length ?? 0) > 2)
  const address = random.of(contracts)
  const changed = { ...preState, [address]: { ...preState[address], code } }
  const executor = random.of(['auto', 'sequential'] as const)
  // The limit of time is for requests to the node; a block has the signal of its caller.
  const signal = AbortSignal.timeout(BLOCK_MS)
  return evm.executeBlock({ block, preState: changed, executor, signal } as never)
}

/** Runs hostile contracts in every way, one after the other, and watches the event loop meanwhile. */
export async function playHostile(parameters: playHostile.Parameters): Promise<HostileRuns> {
  const { seed, runs, build, threads } = parameters
  const random = createRandom(seed)
  const limits = { timeMs: TIME_MS, memoryBytes: MEMORY, gas: 2n ** 50n }
  const evm = await createEvm({ build, ...(threads === undefined ? {} : { threads }), limits })
  const document = await documentOf()
  const outcome: HostileRuns = {
    runs: 0,
    ends: {},
    ways: {},
    longest: { ms: 0, way: '', kind: '', code: '' },
    blockedMs: 0,
    blocks: 0,
    unexpected: [],
    isSameChain: false,
    ms: 0,
  }
  const chain = await chainOf(evm)
  const stopWatching = watch(outcome)
  const start = performance.now()
  try {
    for (; outcome.runs < runs; outcome.runs += 1) {
      const hostile = hostileContract(random)
      const way = random.oneIn(40) ? 'executeBlock' : random.of(Object.keys(WAYS))
      const started = performance.now()
      const work =
        way === 'executeBlock'
          ? runBlock(evm, hostile, document, random)
          : WAYS[way]?.(evm, hostile.code, random.of(GASES), random)
      const word = await Promise.resolve(work).then(() => 'result', wordOf)
      const ms = performance.now() - started
      if (ms > outcome.longest.ms)
        outcome.longest = { ms, way, kind: hostile.kind, code: hostile.code.slice(0, 200) }
      outcome.ends[word] = (outcome.ends[word] ?? 0) + 1
      outcome.ways[way] = (outcome.ways[way] ?? 0) + 1
      if (UNEXPECTED.test(word) && outcome.unexpected.length < 10)
        outcome.unexpected.push(
          `run ${outcome.runs}, ${way}, ${hostile.kind}, ${hostile.code.slice(0, 200)}: ${word}`,
        )
    }
    outcome.ms = performance.now() - start
    outcome.isSameChain = (await chainOf(evm)) === chain
  } finally {
    stopWatching()
    await evm.close()
  }
  return outcome
}

export declare namespace playHostile {
  type Parameters = {
    seed: number
    runs: number
    build: 'threads' | 'single'
    threads?: number | undefined
  }
}

/** Errors of engines that are lost, and of our own mistakes. */
const UNEXPECTED =
  /^(WORKER|ENGINE|MODULE|EVM_CLOSED|-32603|OUT_OF_MEMORY|TypeError|RangeError|InvalidParameter)/

function wordOf(error: {
  code?: unknown
  name?: string
  message?: string
  cause?: { code?: unknown }
}): string {
  const code = error.code ?? error.cause?.code ?? error.name
  return String(code) === '-32603' ? `-32603 ${error.message?.slice(0, 100)}` : String(code)
}

async function chainOf(evm: Evm): Promise<string> {
  const block = await request(evm, 'eth_getBlockByNumber', ['latest', false])
  const balance = await request(evm, 'eth_getBalance', [ALICE, 'latest'])
  const code = await request(evm, 'eth_getCode', [CONTRACT, 'latest'])
  return JSON.stringify({ block, balance, code })
}

/** Measures by a timer how long the event loop does not turn. */
function watch(outcome: HostileRuns): () => void {
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    const blocked = now - last - TICK_MS
    last = now
    outcome.blockedMs = Math.max(outcome.blockedMs, blocked)
    if (blocked > 100) outcome.blocks += 1
  }, TICK_MS)
  return () => clearInterval(timer)
}

async function documentOf(): Promise<Document> {
  const url = new URL('../../../fixtures/19933122.json.gz', import.meta.url)
  const bytes =
    typeof process === 'object'
      ? new Uint8Array(await (await import('node:fs/promises')).readFile(url))
      : new Uint8Array(await (await fetch(url)).arrayBuffer())
  const text = await new Response(
    new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')),
  ).text()
  return JSON.parse(text)
}
