// Times blocks beside plain revm, in the test build.
//
//   npm run bench -- [--suite mainnet|synthetic] [--blocks DIR] [--threads 1,2] [--json FILE]
//     --suite NAME         mainnet: recorded blocks; synthetic: generated (default: mainnet)
//     --blocks DIR         where recorded ones lie                   (default: those of the package)
//     --count N            transactions of each generated one        (default: about 1 Ggas)
//     --only NAME,...      only these blocks                         (default: all)
//     --threads 1,2        thread counts to try                      (default: one per core)
//     --runs N             samples of each, in turn                  (default: 9)
//     --passes N           through all blocks, with a part of them   (default: 3)
//     --sample-ms N        a sample is repeated until it takes this  (default: 100)
//     --json FILE          writes the figures to FILE

import { readFile, writeFile } from 'node:fs/promises'
import os from 'node:os'
import { join } from 'node:path'
import { blocksIn, nameOf } from '../dist/testing/js/bin/blocks.js'
import { stderr, stdout } from '../dist/testing/js/bin/output.js'
import { milliseconds, table } from '../dist/testing/js/bin/table.js'
import { clean, messageOf } from '../dist/testing/js/bin/terminal.js'
import { count, counts, UsageError, usage } from '../dist/testing/js/bin/usage.js'
import { startEvm } from '../dist/testing/js/src/evm/start.js'
import { nodeHost } from '../dist/testing/js/src/loader/node.js'
import { command, isProgram, root, StepError } from '../scripts/process.mjs'
import { aggregate, machine, merged } from './report.mjs'

/** Runs the suite; resolves with the exit code, 0 if all blocks are right. */
export async function benchBlocks(args) {
  const { values } = usage({
    args,
    options: {
      suite: { type: 'string', default: 'mainnet' },
      blocks: { type: 'string', default: join(root, 'fixtures') },
      count: { type: 'string' },
      only: { type: 'string' },
      threads: { type: 'string', default: String(os.availableParallelism()) },
      runs: { type: 'string', default: '9' },
      passes: { type: 'string', default: '3' },
      'sample-ms': { type: 'string', default: '100' },
      json: { type: 'string' },
    },
  })
  const all = await subjects(values)
  const only = values.only?.split(',')
  const unknown = only?.find((name) => !all.some((subject) => subject.name === name))
  if (unknown !== undefined) throw new UsageError(`there is no block ${clean(unknown)}`)
  const runs = count('--runs', values.runs)
  const passes = Math.min(count('--passes', values.passes), runs)
  const samples = Math.ceil(runs / passes)
  const sampleMs = count('--sample-ms', values['sample-ms'], 60_000)
  const asked = counts('--threads', values.threads)

  // Of each block on each number of threads the rows of all passes.
  const seen = new Map()
  let good = true
  let running = []
  let version = ''
  for (let pass = 0; pass < passes; pass++) {
    // Anew for each pass: memory that large blocks have fragmented stays fragmented.
    const engines = await Promise.all(asked.map((threads) => startEvm(nodeHost(), { threads })))
    running = engines.map(({ evm }) => evm.info.threads)
    version = engines[0]?.evm.info.version ?? ''
    for (const { name, read } of all) {
      if (only !== undefined && !only.includes(name)) continue
      const block = await read()
      for (const { evm, supervisor } of engines) {
        const { threads } = evm.info
        try {
          const request = { kind: 'replay', block, executor: 'auto' }
          const replayed = await supervisor.request({ ...request, samples, sampleMs })
          const row = rowOf(name, threads, replayed)
          const key = `${name}, ${threads} threads`
          seen.set(key, [...(seen.get(key) ?? []), row])
          stderr.note(`${clean(key)}: ${(row.plainMs / row.parallelMs).toFixed(2)}x\n`)
        } catch (error) {
          good = false
          stderr.note(`${clean(name)}: ${messageOf(error)}\n`)
        }
      }
    }
    await Promise.all(engines.map(({ evm }) => evm.close()))
  }
  const rows = [...seen.values()].map(merged)

  const report = {
    machine: machine(),
    versions: { parevm: version, node: process.version, v8: process.versions.v8 },
    rows,
    aggregate: running.map((threads) => aggregate(rows, threads)),
  }
  // First: minutes of work are not lost where the file cannot be written.
  await stdout.print(show(report))
  if (values.json !== undefined)
    await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`)
  return good ? 0 : 1
}

/** Throws where the result is not the right one: how long it took means nothing then. */
function rowOf(name, threads, replayed) {
  const checks = Object.values(replayed.checks)
  if (!replayed.equalsSequential || checks.includes(false))
    throw new Error('the result is not that of the header or of sequential execution')
  const { plainMs, sequentialMs, parallelMs, balMs, longestMs, gasUsed } = replayed
  const { executor, reExecutions } = replayed.schedule
  const bal = balMs === null ? {} : { balMs }
  const times = { plainMs, sequentialMs, parallelMs, ...bal, longestMs }
  return { name, threads, executor, ...times, reExecutions, gasUsed }
}

/** The blocks that `crate/testkit` makes. */
const SYNTHETIC = ['transfers', 'erc20', 'erc20-into-one', 'swaps', 'one-pool', 'hot-mix']

/** Blocks to be measured: their names, and what reads each. */
async function subjects(values) {
  const { suite, blocks } = values
  if (suite === 'synthetic') {
    const size = values.count === undefined ? 0 : count('--count', values.count, 1_000_000)
    return SYNTHETIC.map((name) => ({ name, read: async () => ({ made: name, count: size }) }))
  }
  if (suite !== 'mainnet')
    throw new UsageError(`there is no suite ${JSON.stringify(suite)}, only mainnet and synthetic`)
  const files = await blocksIn(blocks)
  return files.map((file) => ({
    name: nameOf(file),
    read: async () => new Uint8Array(await readFile(file)),
  }))
}

/** Returns a report as lines to read. */
function show({ rows, aggregate, machine, versions }) {
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

function inWords({ speedup, ofIdeal, blocks }) {
  const share = (ofIdeal * 100).toFixed(0)
  return `; by access list ${speedup.toFixed(2)}x, ${share} % of the ideal (${blocks} blocks)`
}

if (isProgram(import.meta.url)) {
  await command(async (args) => {
    try {
      return await benchBlocks(args)
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      throw new StepError(error.message, 'npm run bench -- --suite synthetic --threads 1,2')
    }
  })
}
