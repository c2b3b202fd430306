// Times blocks beside plain revm, in the test build.
//
//   npm run bench -- [--suite mainnet|synthetic] [--blocks DIR] [--threads 1,2] [--json FILE]
//     --suite NAME         mainnet: recorded blocks; synthetic: generated (default: mainnet)
//     --blocks DIR         folder of recorded blocks                 (default: those of the package)
//     --count N            transactions of each generated block      (default: about 1 Ggas)
//     --only NAME,...      only these blocks                         (default: all)
//     --threads 1,2        thread counts                             (default: one per core)
//     --runs N             samples of each, in turn                  (default: 9)
//     --passes N           passes over all blocks, sharing the runs  (default: 3)
//     --sample-ms N        shortest time of a repeated sample        (default: 100)
//     --json FILE          writes the figures to FILE

import { readFile, writeFile } from 'node:fs/promises'
import os from 'node:os'
import { join } from 'node:path'
import { blocksIn, nameOf } from '../dist/testing/js/bin/blocks.js'
import { stderr, stdout } from '../dist/testing/js/bin/output.js'
import { milliseconds, table } from '../dist/testing/js/bin/table.js'
import { clean, messageOf } from '../dist/testing/js/bin/terminal.js'
import { count, counts, UsageError, usage } from '../dist/testing/js/bin/usage.js'
import { assets } from '../dist/testing/js/src/assets.js'
import { startEvm } from '../dist/testing/js/src/evm/start.js'
import { nodeHost } from '../dist/testing/js/src/loader/node.js'
import { command, isProgram, root, StepError } from '../scripts/process.mjs'
import { aggregate, machine, merged, synthetic } from './figures.mjs'

/** Runs the suite and resolves with the exit code: 0 if all results are correct. */
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
  if (unknown !== undefined) throw new UsageError(`unknown block ${clean(unknown)}`)
  const runs = count('--runs', values.runs)
  const passes = Math.min(count('--passes', values.passes), runs)
  const samples = Math.ceil(runs / passes)
  const sampleMs = count('--sample-ms', values['sample-ms'], 60_000)
  const asked = counts('--threads', values.threads)

  // Rows of all passes, by block and number of threads.
  const seen = new Map()
  let good = true
  let running = []
  let version = ''
  for (let pass = 0; pass < passes; pass++) {
    // Anew for each pass: memory that large blocks have fragmented stays fragmented.
    const engines = await Promise.all(
      asked.map((threads) => startEvm(nodeHost(assets), { threads })),
    )
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
  // Printed first: the figures survive a file that cannot be written.
  await stdout.print(show(report))
  if (values.json !== undefined)
    await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`)
  return good ? 0 : 1
}

/** Returns the row of a correct result; throws where it is wrong, since its time means nothing. */
function rowOf(name, threads, replayed) {
  const checks = Object.values(replayed.checks)
  if (!replayed.equalsSequential || checks.includes(false))
    throw new Error('the result differs from the header or from sequential execution')
  const { plainMs, sequentialMs, parallelMs, balMs, longestMs, gasUsed } = replayed
  const { executor } = replayed.plan
  const { reExecutions } = replayed.statistics
  const bal = balMs === null ? {} : { balMs }
  const times = { plainMs, sequentialMs, parallelMs, ...bal, longestMs }
  return { name, threads, executor, ...times, reExecutions, gasUsed }
}

/** Returns the names of the blocks to measure, with a function that reads each. */
async function subjects(values) {
  const { suite, blocks } = values
  if (suite === 'synthetic') {
    const size = values.count === undefined ? 0 : count('--count', values.count, 1_000_000)
    return synthetic.map((name) => ({ name, read: async () => ({ synthetic: name, count: size }) }))
  }
  if (suite !== 'mainnet')
    throw new UsageError(`unknown suite ${JSON.stringify(suite)}: mainnet or synthetic`)
  const files = await blocksIn(blocks)
  return files.map((file) => ({
    name: nameOf(file),
    read: async () => new Uint8Array(await readFile(file)),
  }))
}

/** Returns a report as text. */
function show({ rows, aggregate, machine, versions }) {
  const head = ['block', 'threads', 'gas', 'plain revm ms', 'sequential ms', 'parallel ms']
  head.push('bal ms', 'speed-up', 'executor', 're-executions')
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
      `(${worstName}), ${ideal.toFixed(2)}x if all transactions were independent, ` +
      `${(gasPerSecond / 1e6).toFixed(0)} Mgas/s` +
      `${without.length > 0 ? `, without ${without.join(', ')}` : ''}` +
      `${bal === undefined ? '' : balText(bal)}\n`,
  )
  const where = `${machine.cpu}, ${machine.cores} cores, Node ${versions.node}\n`
  return `${blocks}\n${sums.join('')}${where}`
}

function balText({ speedup, ofIdeal, blocks }) {
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
