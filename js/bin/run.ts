import { quote } from '../src/error/cut.js'
import type { Evm } from '../src/evm/evm.js'
import { startEvm } from '../src/evm/start.js'
import { nodeHost } from '../src/loader/node.js'
import type { Executor } from '../src/pool/message.js'
import type { Supervisor } from '../src/pool/supervisor.js'
import type { Replay } from '../src/type/wire.js'
import { blocksIn, embedded } from './blocks.js'
import { readBytes } from './input.js'
import { stderr, stdout } from './output.js'
import { milliseconds, table } from './table.js'
import { count, UsageError, usage } from './usage.js'

/** `parevm run`: executes blocks and compares them with their headers. Resolves with "all true". */
export async function run(args: string[]): Promise<boolean> {
  const { values, positionals } = usage({
    args,
    allowPositionals: true,
    options: {
      threads: { type: 'string' },
      executor: { type: 'string', default: 'auto' },
      json: { type: 'boolean', default: false },
    },
  })
  if (!['auto', 'parallel', 'sequential', 'bal'].includes(values.executor))
    throw new UsageError(`there is no executor ${quote(values.executor)}`)
  const executor = values.executor as Executor
  const threads = values.threads === undefined ? 'auto' : count('--threads', values.threads)
  const files = positionals.length > 0 ? positionals : await blocksIn(embedded)

  const { evm, supervisor } = await startEvm(nodeHost(), { threads })
  stderr.note(
    `parevm ${evm.info.version}, ${evm.info.build} build, ${evm.info.threads} executing ` +
      `${evm.info.threads === 1 ? 'thread' : 'threads'} (${evm.info.reason})\n`,
  )
  const lines: Line[] = []
  for (const file of files) {
    const line = await replay(supervisor, evm.info, file, executor)
    if ('error' in line) stderr.note(`${file}: ${line.error.message}\n`)
    lines.push(line)
  }
  await evm.close()

  await stdout.print(values.json ? `${JSON.stringify(lines, null, 2)}\n` : `${show(lines)}\n`)
  return lines.every(isGood)
}

/** One block, as `--json` prints it. */
type Line = Result | { file: string; error: { name: string; code: string; message: string } }

type Result = {
  number: number
  transactions: number
  gasUsed: number
  gasUsedMatches: boolean | null
  receiptsRootMatches: boolean | null
  logsBloomMatches: boolean | null
  requestsHashMatches: boolean | null
  stateRootMatches: boolean | null
  equalsSequential: boolean
  executor: string
  reason: string
  threads: number
  executions: number
  reExecutions: number
  plainMs: number
  parallelMs: number
  build: string
}

async function replay(
  supervisor: Supervisor,
  { build }: Evm.Info,
  file: string,
  executor: Executor,
): Promise<Line> {
  try {
    const block = await readBytes(file)
    const timing = { samples: SAMPLES, sampleMs: SAMPLE_MS }
    const replayed = await supervisor.request({ kind: 'replay', block, executor, ...timing })
    return result(replayed, build)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const code = String(Reflect.get(error, 'code'))
    return { file, error: { name: error.name, code, message: error.message } }
  }
}

/** Few and short: a run is to show figures soon. `parevm bench` measures. */
const SAMPLES = 3
const SAMPLE_MS = 20

function result({ checks, schedule, ...rest }: Replay, build: string): Result {
  return {
    number: rest.number,
    transactions: rest.transactions,
    gasUsed: rest.gasUsed,
    gasUsedMatches: checks.gasUsed,
    receiptsRootMatches: checks.receiptsRoot,
    logsBloomMatches: checks.logsBloom,
    requestsHashMatches: checks.requestsHash,
    stateRootMatches: checks.stateRoot,
    equalsSequential: rest.equalsSequential,
    executor: schedule.executor,
    reason: schedule.reason,
    threads: schedule.threads,
    executions: schedule.executions,
    reExecutions: schedule.reExecutions,
    plainMs: rest.plainMs,
    parallelMs: rest.parallelMs,
    build,
  }
}

function isGood(line: Line): boolean {
  return !('error' in line) && Object.values(line).every((value) => value !== false)
}

function show(lines: readonly Line[]): string {
  const results = lines.filter((line): line is Result => !('error' in line))
  if (results.length === 0) return 'No block was executed.'
  const head = ['block', 'transactions', 'gas', 'as the header says', 'as in order']
  head.push('plain revm ms', 'parallel ms', 'speed-up', 'executor', 'threads', 're-runs')
  const rows = results.map((line) => [
    String(line.number),
    String(line.transactions),
    String(line.gasUsed),
    verdict(line),
    line.equalsSequential ? 'yes' : 'NO',
    milliseconds(line.plainMs),
    milliseconds(line.parallelMs),
    `${(line.plainMs / line.parallelMs).toFixed(2)}x`,
    line.executor,
    String(line.threads),
    String(line.reExecutions),
  ])
  return table(head, rows)
}

/** Names the checks that were made, or those that failed. */
function verdict(line: Result): string {
  const checks: [string, boolean | null][] = [
    ['gas', line.gasUsedMatches],
    ['receipts', line.receiptsRootMatches],
    ['bloom', line.logsBloomMatches],
    ['requests', line.requestsHashMatches],
    ['state', line.stateRootMatches],
  ]
  const failed = checks.filter(([, fits]) => fits === false).map(([name]) => name)
  if (failed.length > 0) return `NOT ${failed.join(', ')}`
  const made = checks.filter(([, fits]) => fits === true).map(([name]) => name)
  return made.length > 0 ? made.join(', ') : 'nothing to compare'
}
