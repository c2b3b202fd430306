import os from 'node:os'
import { milliseconds, table } from './table.js'

/** One block on one number of threads. Times are medians, in milliseconds. */
export type Row = {
  name: string
  threads: number
  /** Who ran. */
  executor: string
  /** Plain revm, one loop over an in-memory database, in the same wasm module. */
  plainMs: number
  sequentialMs: number
  parallelMs: number
  /** By the block's access list, where it can be run by one. */
  balMs?: number
  /** The slowest transaction in the plain loop. */
  longestMs: number
  reExecutions: number
  gasUsed: number
}

/** All rows of one number of threads. */
export type Aggregate = {
  threads: number
  /** All of plain revm's time over all of ours. */
  speedup: number
  /** The ratio of the block that fares worst. */
  worst: number
  /** That block. */
  worstName: string
  /**
   * The speed-up if nothing depended on anything: no block takes less than its slowest transaction,
   * nor than its share of all.
   */
  ideal: number
  gasPerSecond: number
  /** Blocks that are in none of these figures. */
  without: string[]
  /** The rows that were run by an access list: also their share of what the ideal allows. */
  bal?: { speedup: number; ofIdeal: number; blocks: number }
}

/** What `--json` writes. */
export type Report = {
  machine: ReturnType<typeof machine>
  versions: Record<string, string>
  rows: Row[]
  aggregate: Aggregate[]
}

/** One chain of dependent precompile calls, more than all other blocks together. */
const LEFT_OUT = '23879620'

/** Who loses less than this, in milliseconds, has not lost. */
const NOISE_MS = 0.02

/** What several passes measured of one block on one number of threads, at least one, together. */
export function merged(passes: readonly Row[]): Row {
  const [first] = passes
  if (first === undefined) throw new RangeError('nothing was measured')
  const of = (figure: (row: Row) => number) => median(passes.map(figure))
  const bal = first.balMs === undefined ? {} : { balMs: of((row) => row.balMs ?? Number.NaN) }
  return {
    ...first,
    plainMs: of((row) => row.plainMs),
    sequentialMs: of((row) => row.sequentialMs),
    parallelMs: of((row) => row.parallelMs),
    ...bal,
    longestMs: of((row) => row.longestMs),
  }
}

/** The value in the middle; the mean of the two in the middle where there are two. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = (sorted.length - 1) / 2
  return (
    ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2
  )
}

/** Sums up the rows of one number of threads. */
export function aggregate(rows: readonly Row[], threads: number): Aggregate {
  const own = rows.filter((row) => row.threads === threads)
  const counted = own.filter((row) => row.name !== LEFT_OUT)
  const sum = (of: (row: Row) => number) => counted.reduce((total, row) => total + of(row), 0)
  const [worst] = counted.toSorted((one, other) => ratio(one) - ratio(other))
  const plainMs = sum((row) => row.plainMs)
  const parallelMs = sum((row) => row.parallelMs)
  return {
    threads,
    speedup: plainMs / parallelMs,
    worst: worst === undefined ? Number.NaN : ratio(worst),
    worstName: worst?.name ?? '',
    ideal: plainMs / sum(idealMs),
    gasPerSecond: (sum((row) => row.gasUsed) / parallelMs) * 1000,
    without: own.length > counted.length ? [LEFT_OUT] : [],
    ...aggregateBal(counted.filter((row) => row.balMs !== undefined)),
  }
}

function aggregateBal(rows: readonly Row[]): Pick<Aggregate, 'bal'> {
  if (rows.length === 0) return {}
  const sum = (of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0)
  const balMs = sum((row) => row.balMs ?? 0)
  const speedup = sum((row) => row.plainMs) / balMs
  return { bal: { speedup, ofIdeal: sum(idealMs) / balMs, blocks: rows.length } }
}

/** What the block would take if no transaction depended on another. */
function idealMs({ plainMs, longestMs, threads }: Row): number {
  return Math.max(plainMs / threads, longestMs)
}

function ratio({ plainMs, parallelMs }: Row): number {
  const lost = parallelMs - plainMs
  return lost > 0 && lost < NOISE_MS ? 1 : plainMs / parallelMs
}

/** What the figures were measured on. */
export function machine() {
  const [cpu] = os.cpus()
  return {
    cpu: cpu?.model ?? 'unknown',
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
  }
}

/** Returns a report as lines to read. */
export function show({ rows, aggregate, machine, versions }: Report): string {
  const head = ['block', 'threads', 'gas', 'plain revm ms', 'sequential ms', 'parallel ms']
  head.push('bal ms', 'speed-up', 'executor', 're-runs')
  const blocks = table(
    head,
    rows.map((row) => [
      row.name,
      String(row.threads),
      String(row.gasUsed),
      milliseconds(row.plainMs),
      milliseconds(row.sequentialMs),
      milliseconds(row.parallelMs),
      row.balMs === undefined ? '-' : milliseconds(row.balMs),
      `${(row.plainMs / row.parallelMs).toFixed(2)}x`,
      row.executor,
      String(row.reExecutions),
    ]),
  )
  const sums = aggregate.map(
    ({ threads, speedup, worst, worstName, ideal, gasPerSecond, without, bal }) =>
      `${threads} threads: ${speedup.toFixed(2)}x plain revm, worst ${worst.toFixed(2)}x ` +
      `(${worstName}), ${ideal.toFixed(2)}x if nothing depended on anything, ` +
      `${(gasPerSecond / 1e6).toFixed(0)} Mgas/s` +
      `${without.length > 0 ? `, without ${without.join(', ')}` : ''}` +
      `${bal === undefined ? '' : inWords(bal)}\n`,
  )
  const where = `${machine.cpu}, ${machine.cores} cores, Node ${versions.node}\n`
  return `${blocks}\n${sums.join('')}${where}`
}

function inWords({ speedup, ofIdeal, blocks }: NonNullable<Aggregate['bal']>): string {
  const share = (ofIdeal * 100).toFixed(0)
  return `; by access list ${speedup.toFixed(2)}x, ${share} % of the ideal (${blocks} blocks)`
}
