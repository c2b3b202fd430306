// Arithmetic of `npm run bench`: rows of figures, and their aggregates.
//
// The constants, and cases of the formulas, are those of figures.json, which `crate/cli` reads as well.

import { readFileSync } from 'node:fs'
import os from 'node:os'

export const { excluded, negligibleMs, counted, synthetic, aggregates, medians } = JSON.parse(
  readFileSync(new URL('figures.json', import.meta.url), 'utf8'),
)

/**
 * Figures of one block on one number of threads; times are medians, in milliseconds.
 *
 * @typedef Row
 * @property {string} name
 * @property {number} threads
 * @property {string} executor - Executor that ran.
 * @property {number} plainMs - Plain revm, one loop over an in-memory database, in the same wasm module.
 * @property {number} sequentialMs
 * @property {number} parallelMs
 * @property {number} [balMs] - Execution by the block access list, where the block has a usable one.
 * @property {number} longestMs - Slowest transaction in plain revm.
 * @property {number} reExecutions
 * @property {number} gasUsed
 */

/**
 * Aggregate of all rows of one number of threads.
 *
 * @typedef Aggregate
 * @property {number} threads
 * @property {number} speedup - Time of plain revm for all blocks over that of parevm.
 * @property {number} worst - Speed-up of the block with the lowest one.
 * @property {string} worstName - Name of that block.
 * @property {number} ideal - Speed-up if all transactions were independent: no block takes less than its slowest
 *   transaction, nor than its time over the number of threads.
 * @property {number} gasPerSecond
 * @property {string[]} without - Blocks left out of these figures.
 * @property {{ speedup: number, ofIdeal: number, blocks: number }} [bal] - Rows with an access list: their speed-up,
 *   and its share of the ideal one.
 */

/** Merges the rows of at least one pass over one block on one number of threads. */
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

/** Returns the middle value, or the mean of the two middle ones. */
export function median(values) {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = (sorted.length - 1) / 2
  return (
    ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2
  )
}

/** Returns the aggregate of the rows of one number of threads. */
export function aggregate(rows, threads) {
  const own = rows.filter((row) => row.threads === threads)
  const included = own.filter((row) => row.name !== excluded)
  const sum = (of) => included.reduce((total, row) => total + of(row), 0)
  const [worst] = included.toSorted((one, other) => ratio(one) - ratio(other))
  const plainMs = sum((row) => row.plainMs)
  const parallelMs = sum((row) => row.parallelMs)
  return {
    threads,
    speedup: plainMs / parallelMs,
    worst: worst === undefined ? Number.NaN : ratio(worst),
    worstName: worst?.name ?? '',
    ideal: plainMs / sum(idealMs),
    gasPerSecond: (sum((row) => row.gasUsed) / parallelMs) * 1000,
    without: own.length > included.length ? [excluded] : [],
    ...aggregateBal(included.filter((row) => row.balMs !== undefined)),
  }
}

function aggregateBal(rows) {
  if (rows.length === 0) return {}
  const sum = (of) => rows.reduce((total, row) => total + of(row), 0)
  const balMs = sum((row) => row.balMs ?? 0)
  const speedup = sum((row) => row.plainMs) / balMs
  return { bal: { speedup, ofIdeal: sum(idealMs) / balMs, blocks: rows.length } }
}

/** Returns the time of a block if all its transactions were independent, in milliseconds. */
function idealMs({ plainMs, longestMs, threads }) {
  return Math.max(plainMs / threads, longestMs)
}

/** Returns the speed-up of a block, 1 where a loss is negligible. */
function ratio({ plainMs, parallelMs }) {
  const lost = parallelMs - plainMs
  return lost > 0 && lost < negligibleMs ? 1 : plainMs / parallelMs
}

/** Returns the machine of the figures. */
export function machine() {
  const [cpu] = os.cpus()
  return {
    cpu: cpu?.model ?? 'unknown',
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
  }
}
