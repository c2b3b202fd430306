import { readFile, writeFile } from 'node:fs/promises'
import os from 'node:os'
import { startEvm } from '../src/evm/start.js'
import { nodeHost } from '../src/loader/node.js'
import type { MadeBlock } from '../src/pool/message.js'
import type { Replay } from '../src/type/wire.js'
import { blocksIn, embedded, nameOf } from './blocks.js'
import { stderr, stdout } from './output.js'
import { aggregate, machine, merged, type Report, type Row, show } from './report.js'
import { count, counts, UsageError, usage } from './usage.js'

/** `parevm bench`: times blocks beside plain revm. Resolves with "all blocks are right". */
export async function bench(args: string[]): Promise<boolean> {
  const { values } = usage({
    args,
    options: {
      suite: { type: 'string', default: 'mainnet' },
      blocks: { type: 'string', default: embedded },
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
  if (unknown !== undefined) throw new UsageError(`there is no block ${unknown}`)
  const runs = count('--runs', values.runs)
  const passes = Math.min(count('--passes', values.passes), runs)
  const samples = Math.ceil(runs / passes)
  const sampleMs = count('--sample-ms', values['sample-ms'], 60_000)
  const asked = counts('--threads', values.threads)

  // Of each block on each number of threads the rows of all passes.
  const seen = new Map<string, Row[]>()
  let good = true
  let running: number[] = []
  let version = ''
  for (let pass = 0; pass < passes; pass++) {
    // Anew for each pass: memory that large blocks have cut to pieces is not joined again.
    const engines = await Promise.all(asked.map((threads) => startEvm(nodeHost(), { threads })))
    running = engines.map(({ evm }) => evm.info.threads)
    version = engines[0]?.evm.info.version ?? ''
    for (const { name, read } of all) {
      if (only !== undefined && !only.includes(name)) continue
      const block = await read()
      for (const { evm, supervisor } of engines) {
        const { threads } = evm.info
        try {
          const request = { kind: 'replay', block, executor: 'auto' } as const
          const replayed = await supervisor.request({ ...request, samples, sampleMs })
          const row = rowOf(name, threads, replayed)
          const key = `${name}, ${threads} threads`
          seen.set(key, [...(seen.get(key) ?? []), row])
          stderr.note(`${key}: ${(row.plainMs / row.parallelMs).toFixed(2)}x\n`)
        } catch (error) {
          good = false
          stderr.note(`${name}: ${error instanceof Error ? error.message : error}\n`)
        }
      }
    }
    await Promise.all(engines.map(({ evm }) => evm.close()))
  }
  const rows = [...seen.values()].map(merged)

  const report: Report = {
    machine: machine(),
    versions: { parevm: version, node: process.version, v8: process.versions.v8 },
    rows,
    aggregate: running.map((threads) => aggregate(rows, threads)),
  }
  // First, so that the figures are there whatever becomes of the file.
  await stdout.print(show(report))
  if (values.json !== undefined)
    await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`).catch((error: unknown) => {
      throw new UsageError(`--json: ${error instanceof Error ? error.message : error}`)
    })
  return good
}

/** Throws where the result is not the right one: how long it took means nothing then. */
function rowOf(name: string, threads: number, replayed: Replay): Row {
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

/** A block to be measured. */
type Subject = { name: string; read(): Promise<Uint8Array | MadeBlock> }

async function subjects(values: {
  suite: string
  blocks: string
  count?: string | undefined
}): Promise<Subject[]> {
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
