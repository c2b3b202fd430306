import { readFile, writeFile } from 'node:fs/promises'
import os from 'node:os'
import { startEvm } from '../src/evm/start.js'
import { nodeHost } from '../src/loader/node.js'
import { blocksIn, embedded, nameOf } from './blocks.js'
import { median } from './median.js'
import { milliseconds, table } from './table.js'
import { count, counts, UsageError, usage } from './usage.js'

/** `parevm bench`: times blocks beside plain revm. Resolves with "all blocks are right". */
export async function bench(args: string[]): Promise<boolean> {
  const { values } = usage({
    args,
    options: {
      suite: { type: 'string', default: 'mainnet' },
      blocks: { type: 'string', default: embedded },
      threads: { type: 'string', default: String(os.availableParallelism()) },
      runs: { type: 'string', default: '5' },
      json: { type: 'string' },
    },
  })
  if (values.suite !== 'mainnet')
    throw new UsageError(`there is no suite ${JSON.stringify(values.suite)}, only mainnet`)
  const files = await blocksIn(values.blocks)
  const samples = count('--runs', values.runs)
  const engines = await Promise.all(
    counts('--threads', values.threads).map((threads) => startEvm(nodeHost(), { threads })),
  )

  const rows: Row[] = []
  let good = true
  for (const file of files) {
    const name = nameOf(file)
    const fixture = new Uint8Array(await readFile(file))
    for (const { evm, supervisor } of engines) {
      const { threads } = evm.info
      try {
        const request = { kind: 'replay', fixture, executor: 'auto' } as const
        const timing = { samples, sampleMs: SAMPLE_MS }
        const replayed = await supervisor.request({ ...request, ...timing })
        const checks = Object.values(replayed.checks)
        if (!replayed.equalsSequential || checks.includes(false))
          throw new Error('the result is not that of the header or of sequential execution')
        const plainMs = median(replayed.plainMs)
        const parallelMs = median(replayed.parallelMs)
        rows.push({ name, threads, plainMs, parallelMs, gasUsed: replayed.gasUsed })
        const ratio = (plainMs / parallelMs).toFixed(2)
        process.stderr.write(`${name}, ${threads} threads: ${ratio}x\n`)
      } catch (error) {
        good = false
        process.stderr.write(`${file}: ${error instanceof Error ? error.message : error}\n`)
      }
    }
  }
  const threadCounts = engines.map(({ evm }) => evm.info.threads)
  const version = engines[0]?.evm.info.version ?? ''
  await Promise.all(engines.map(({ evm }) => evm.close()))

  const report: Report = {
    machine: machine(),
    versions: { parevm: version, node: process.version, v8: process.versions.v8 },
    rows,
    aggregate: threadCounts.map((threads) => aggregate(rows, threads)),
  }
  if (values.json !== undefined)
    await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`)
  process.stdout.write(show(report))
  return good
}

type Row = {
  name: string
  threads: number
  /** Plain revm, one loop over an in-memory database, in the same wasm module. */
  plainMs: number
  parallelMs: number
  gasUsed: number
}

type Aggregate = {
  threads: number
  /** All of plain revm's time over all of ours. */
  speedup: number
  /** The ratio of the block that fares worst. */
  worst: number
  gasPerSecond: number
  /** Blocks that are in none of these figures. */
  without: string[]
}

type Report = {
  machine: ReturnType<typeof machine>
  versions: Record<string, string>
  rows: Row[]
  aggregate: Aggregate[]
}

/** Every sample is repeated until it takes this long. */
const SAMPLE_MS = 100

/** One chain of dependent precompile calls, more than all other blocks together. */
const LEFT_OUT = '23879620'

/** Who loses less than this, in milliseconds, has not lost. */
const NOISE_MS = 0.02

function aggregate(rows: readonly Row[], threads: number): Aggregate {
  const own = rows.filter((row) => row.threads === threads)
  const counted = own.filter((row) => row.name !== LEFT_OUT)
  const sum = (of: (row: Row) => number) => counted.reduce((total, row) => total + of(row), 0)
  const ratio = ({ plainMs, parallelMs }: Row) =>
    parallelMs > plainMs && parallelMs - plainMs < NOISE_MS ? 1 : plainMs / parallelMs
  return {
    threads,
    speedup: sum((row) => row.plainMs) / sum((row) => row.parallelMs),
    worst: Math.min(...counted.map(ratio)),
    gasPerSecond: (sum((row) => row.gasUsed) / sum((row) => row.parallelMs)) * 1000,
    without: own.length > counted.length ? [LEFT_OUT] : [],
  }
}

function machine() {
  const [cpu] = os.cpus()
  return {
    cpu: cpu?.model ?? 'unknown',
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
  }
}

function show({ rows, aggregate, machine, versions }: Report): string {
  const blocks = table(
    ['block', 'threads', 'gas', 'plain revm ms', 'parallel ms', 'speed-up'],
    rows.map((row) => [
      row.name,
      String(row.threads),
      String(row.gasUsed),
      milliseconds(row.plainMs),
      milliseconds(row.parallelMs),
      `${(row.plainMs / row.parallelMs).toFixed(2)}x`,
    ]),
  )
  const sums = aggregate.map(
    ({ threads, speedup, worst, gasPerSecond, without }) =>
      `${threads} threads: ${speedup.toFixed(2)}x plain revm, worst block ${worst.toFixed(2)}x, ` +
      `${(gasPerSecond / 1e6).toFixed(0)} Mgas/s` +
      `${without.length > 0 ? `, without ${without.join(', ')}` : ''}\n`,
  )
  const where = `${machine.cpu}, ${machine.cores} cores, Node ${versions.node}\n`
  return `${blocks}\n${sums.join('')}${where}`
}
