import { isDeepStrictEqual } from 'node:util'
import type { executeBlock } from '../src/actions/executeBlock.js'
import { assets } from '../src/assets.js'
import { quote } from '../src/error/cut.js'
import type { Evm } from '../src/evm/evm.js'
import { startEvm } from '../src/evm/start.js'
import { nodeHost } from '../src/loader/node.js'
import { blocksIn, embedded } from './blocks.js'
import { readBytes } from './input.js'
import { stderr, stdout } from './output.js'
import { milliseconds, table } from './table.js'
import { clean } from './terminal.js'
import { count, UsageError, usage } from './usage.js'

/**
 * `parevm run`: executes blocks, and compares them with their headers and with sequential execution. Resolves with
 * false where a comparison fails.
 */
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
    throw new UsageError(`unknown executor ${quote(values.executor)}`)
  const executor = values.executor as executeBlock.Executor
  const threads = values.threads === undefined ? 'auto' : count('--threads', values.threads)
  const files = positionals.length > 0 ? positionals : await blocksIn(embedded)

  const { evm } = await startEvm(nodeHost(assets), { threads })
  stderr.note(
    `parevm ${evm.info.version}, ${evm.info.build} build, ${evm.info.threads} executing ` +
      `${evm.info.threads === 1 ? 'thread' : 'threads'} (${evm.info.reason})\n`,
  )
  const lines: Line[] = []
  for (const file of files) {
    const line = await execute(evm, file, executor)
    if ('error' in line) stderr.note(`${clean(file)}: ${clean(line.error.message)}\n`)
    lines.push(line)
  }
  await evm.close()

  await stdout.print(values.json ? `${JSON.stringify(lines, null, 2)}\n` : `${show(lines)}\n`)
  return lines.every(isGood)
}

/** Result of one block, as `--json` prints it. */
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
  /** Median milliseconds from decoded block and state to receipts and state diff. */
  ms: number
  /** The same of sequential execution. */
  sequentialMs: number
  /** Median milliseconds from the bytes of the file to the result. */
  endToEndMs: number
  build: string
}

/** Executions of a block by each executor, in turn: the first few run unoptimized wasm, so the median counts. */
const RUNS = 9

async function execute(evm: Evm, file: string, executor: executeBlock.Executor): Promise<Line> {
  try {
    const fixture = await readBytes(file)
    const times: { ms: number; sequentialMs: number; endToEndMs: number }[] = []
    for (;;) {
      const start = performance.now()
      const outcome = await evm.executeBlock({ fixture, executor })
      const endToEndMs = performance.now() - start
      const sequential = await evm.executeBlock({ fixture, executor: 'sequential' })
      times.push({ ms: outcome.timeMs, sequentialMs: sequential.timeMs, endToEndMs })
      const equal = isDeepStrictEqual(resultOf(outcome), resultOf(sequential))
      if (times.length === RUNS || !equal) return result(outcome, equal, times, evm.info.build)
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const code = String(Reflect.get(error, 'code'))
    return { file, error: { name: error.name, code, message: error.message } }
  }
}

/** Returns what is equal for every executor; only `bal` records a list where the fixture has none. */
function resultOf({
  plan,
  statistics,
  timeline,
  timeMs,
  blockAccessList,
  ...rest
}: executeBlock.ReturnType): object {
  return rest
}

function result(
  { checks, plan, statistics, ...rest }: executeBlock.ReturnType,
  equalsSequential: boolean,
  times: readonly { ms: number; sequentialMs: number; endToEndMs: number }[],
  build: string,
): Result {
  return {
    number: Number(rest.number),
    transactions: rest.receipts.length,
    gasUsed: Number(rest.gasUsed),
    gasUsedMatches: checks.gasUsed,
    receiptsRootMatches: checks.receiptsRoot,
    logsBloomMatches: checks.logsBloom,
    requestsHashMatches: checks.requestsHash,
    stateRootMatches: checks.stateRoot,
    equalsSequential,
    executor: plan.executor,
    reason: plan.reason,
    threads: plan.threads,
    executions: statistics.executions,
    reExecutions: statistics.reExecutions,
    ms: median(times.map(({ ms }) => ms)),
    sequentialMs: median(times.map(({ sequentialMs }) => sequentialMs)),
    endToEndMs: median(times.map(({ endToEndMs }) => endToEndMs)),
    build,
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

function isGood(line: Line): boolean {
  return !('error' in line) && Object.values(line).every((value) => value !== false)
}

function show(lines: readonly Line[]): string {
  const results = lines.filter((line): line is Result => !('error' in line))
  if (results.length === 0) return 'No block was executed.'
  const head = ['block', 'transactions', 'gas', 'equals header', 'equals sequential']
  head.push('sequential ms', 'ms', 'speed-up', 'executor', 'threads', 're-executions')
  const rows = results.map((line) => [
    String(line.number),
    String(line.transactions),
    String(line.gasUsed),
    verdict(line),
    line.equalsSequential ? 'yes' : 'NO',
    milliseconds(line.sequentialMs),
    milliseconds(line.ms),
    `${(line.sequentialMs / line.ms).toFixed(2)}x`,
    line.executor,
    String(line.threads),
    String(line.reExecutions),
  ])
  return table(head, rows)
}

/** Returns the names of the failed checks, or else of all checks. */
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
  const fitting = checks.filter(([, fits]) => fits === true).map(([name]) => name)
  return fitting.length > 0 ? fitting.join(', ') : 'nothing to compare'
}
