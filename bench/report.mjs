// Arithmetic of `npm run bench`: rows of figures, and their sums.

import os from 'node:os'

/**
 * One block on one number of threads; times are medians, in milliseconds.
 *
 * @typedef Row
 * @property {string} name
 * @property {number} threads
 * @property {string} executor - The one that ran.
 * @property {number} plainMs - The reference loop (plain revm) over an in-memory database, in the same wasm module.
 * @property {number} sequentialMs
 * @property {number} parallelMs
 * @property {number} [balMs] - By the block's access list, where it can be run by one.
 * @property {number} longestMs - The slowest transaction in the reference loop.
 * @property {number} reExecutions
 * @property {number} gasUsed
 */

/**
 * All rows of one number of threads.
 *
 * @typedef Aggregate
 * @property {number} threads
 * @property {number} speedup - All of plain revm's time over all of ours.
 * @property {number} worst - The lowest ratio of a block.
 * @property {string} worstName - That block.
 * @property {number} ideal - The speed-up if nothing depended on anything: no block takes less than its
 *   slowest transaction, nor than its share of all.
 * @property {number} gasPerSecond
 * @property {string[]} without - Blocks that are in none of these figures.
 * @property {{ speedup: number, ofIdeal: number, blocks: number }} [bal] - The rows that were run by an
 *   access list: also their share of what the ideal allows.
 */

/** One chain of dependent precompile calls, more than all other blocks together. */
const LEFT_OUT = '23879620'

/** Smallest loss that counts, in milliseconds. */
const NOISE_MS = 0.02

/** Joins the rows of one block on one number of threads: at least one pass. */
export function merged(passes) {
  const [first] = passes
  if (first === undefined) throw new RangeError('nothing was measured')
  const of = (figure) => median(passes.map(figure))
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
function median(values) {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = (sorted.length - 1) / 2
  return (
    ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2
  )
}

/** Sums up the rows of one number of threads. */
export function aggregate(rows, threads) {
  const own = rows.filter((row) => row.threads === threads)
  const counted = own.filter((row) => row.name !== LEFT_OUT)
  const sum = (of) => counted.reduce((total, row) => total + of(row), 0)
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

function aggregateBal(rows) {
  if (rows.length === 0) return {}
  const sum = (of) => rows.reduce((total, row) => total + of(row), 0)
  const balMs = sum((row) => row.balMs ?? 0)
  const speedup = sum((row) => row.plainMs) / balMs
  return { bal: { speedup, ofIdeal: sum(idealMs) / balMs, blocks: rows.length } }
}

/** Time of the block if no transaction depended on another, in milliseconds. */
function idealMs({ plainMs, longestMs, threads }) {
  return Math.max(plainMs / threads, longestMs)
}

function ratio({ plainMs, parallelMs }) {
  const lost = parallelMs - plainMs
  return lost > 0 && lost < NOISE_MS ? 1 : plainMs / parallelMs
}

/** Machine and versions of the figures. */
export function machine() {
  const [cpu] = os.cpus()
  return {
    cpu: cpu?.model ?? 'unknown',
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
  }
}
