import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Case, runCases } from './case.js'
import { CASES } from './cases.js'
import { pause } from './client.js'
import { type Crowd, collect, figuresOf } from './crowd.js'
import { measureFairness } from './fairness.js'
import { createRandom } from './random.js'
import { type AttackRecord, machine, versionOf } from './record.js'
import { lineOf, textOf, writeInto } from './report.js'
import { soak } from './soak.js'
import { startTarget, type Target, type Vitals, vitals } from './target.js'

const HELP = `npm run attack           attacks a server while honest clients use it
    -- --minutes N       minutes of the soak after the cases; 0 for none       (default: 1)
    --seed N             of everything that is random                          (default: of the clock)
    --only TEXT          only cases whose name holds it, and no soak
    --soak               no cases before the soak
    --list               names the cases
    --against NAME       parevm or anvil                                       (default: parevm)
    --url URL            a server that runs already, at 127.0.0.1; no worker of it is ended
    --pid N              its process, to measure memory, threads and handles
    --option WORD        passed on to the server; may be repeated
    --hostile            runs 3,072 hostile contracts in each engine instead
    --json FILE          writes what was found
    --write FILE         writes tables into FILE, between its markers; with --from, without an attack
    --from FILE          what --json wrote; may be repeated: one column each

Exit code 1 if a case, an honest request or a bound failed. Against anvil failures are only shown.
`

/** Runs the program. Returns its exit code. */
export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      minutes: { type: 'string', default: '1' },
      seed: { type: 'string' },
      only: { type: 'string' },
      soak: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      against: { type: 'string', default: 'parevm' },
      url: { type: 'string' },
      pid: { type: 'string' },
      option: { type: 'string', multiple: true, default: [] },
      hostile: { type: 'boolean', default: false },
      json: { type: 'string' },
      write: { type: 'string' },
      from: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return print(HELP)
  if (values.list) return print(CASES.map((it) => `${it.rule}  ${it.name}: ${it.input}\n`).join(''))
  if (values.write !== undefined && values.from.length > 0) {
    writeInto(
      values.write,
      values.from.map((path) => JSON.parse(readFileSync(path, 'utf8'))),
    )
    return 0
  }
  if (values.hostile) return runHostile(values.seed)
  const { against, only } = values
  const [minutes, seed] = [Number(values.minutes), Number(values.seed ?? Date.now() % 2 ** 31)]
  if (against !== 'parevm' && against !== 'anvil')
    throw new Error(`--against ${against}: parevm or anvil`)
  if (!(minutes >= 0) || !Number.isInteger(seed))
    throw new Error('--minutes and --seed take numbers')
  const cases = CASES.filter((it) => only === undefined || it.name.includes(only))
  if (cases.length === 0) throw new Error(`no case ${only}: npm run attack -- --list`)
  print(`${against}, seed ${seed}\n`)
  const record = await attack({
    against,
    minutes,
    seed,
    cases,
    options: {
      kind: against,
      args: values.option,
      url: values.url,
      pid: values.pid === undefined ? undefined : Number(values.pid),
      inspected: against === 'parevm' && values.url === undefined,
    },
    isWhole: only === undefined,
    hasCases: !values.soak,
  })
  print(`${textOf(record)}\n`)
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(record, null, 1)}\n`)
  if (values.write !== undefined) writeInto(values.write, [record])
  return record.failures.length > 0 && against === 'parevm' ? 1 : 0
}

type Parameters = {
  against: Target['kind']
  minutes: number
  seed: number
  cases: readonly Case[]
  options: startTarget.Options
  /** Whether fairness and the soak follow the cases. */
  isWhole: boolean
  /** Whether the cases are run before the soak. */
  hasCases: boolean
}

/** rss and handles may end this much above their start. */
const MOST_GROWTH = 1.1

/** Attacks with cases, then by the soak; warms up with the cases, so that what grows afterwards is a leak. */
async function attack({
  against,
  minutes,
  seed,
  cases,
  options,
  isWhole,
  hasCases,
}: Parameters): Promise<AttackRecord> {
  const random = createRandom(seed)
  let target = await startTarget(options)
  let crowd = await collect(target.url)
  const record: AttackRecord = {
    against,
    version: versionOf(against),
    machine: machine(),
    seed,
    minutes,
    cases: [],
    failures: [],
  }
  const { failures } = record
  try {
    const fresh = await quiet(target, crowd)
    if (isWhole) {
      record.fairness = await measureFairness(target.url, crowd)
      failures.push(...record.fairness.failures)
      print(
        record.fairness.failures.map((it) => `FAILED 5 fairness ${it}\n`).join('') ||
          'ok     5 fairness\n',
      )
    }
    record.cases = await runCases({
      cases: cases.filter((it) => hasCases && isRunnable(it, options)),
      target,
      crowd,
      random,
      options,
      onVerdict: (verdict) => print(`${lineOf(verdict)}\n`),
      onEnd(left) {
        target = left.target
        crowd = left.crowd
      },
    })
    for (const one of record.cases) failures.push(...one.failures.map((it) => `${one.name}: ${it}`))
    const start = await quiet(target, crowd)
    if (isWhole && minutes > 0) {
      const { url, port } = target
      record.soak = await soak({
        ground: { target, url, port, random },
        crowd,
        cases: cases.filter(
          (it) =>
            !it.isApart && !it.isSlow && !it.endsWorkers && !it.rewinds && isRunnable(it, options),
        ),
        seconds: minutes * 60,
        onMinute: (line) => print(`${line}\n`),
      })
      failures.push(...record.soak.failures.map((it) => `soak: ${it}`))
    }
    const end = await quiet(target, crowd)
    const peak = Math.max(record.soak?.peak ?? 0, ...record.cases.map((it) => it.peak))
    record.vitals = { fresh, start, end, peak }
    if (record.soak !== undefined) failures.push(...growthOf(start, end))
  } finally {
    await crowd.stop()
    await target.stop()
  }
  return record
}

/** Whether a case can be run against what is attacked. */
function isRunnable(
  { onlyParevm, endsWorkers }: Case,
  { kind, inspected }: startTarget.Options,
): boolean {
  if (endsWorkers) return inspected === true
  return !onlyParevm || kind === 'parevm'
}

/** Measures the process after a short load and a quiet time, its garbage collected. */
async function quiet(target: Target, crowd: Crowd): Promise<Vitals> {
  crowd.go()
  await pause(2_000)
  figuresOf(await crowd.rest())
  await target.inspector?.collect()
  await pause(1_000)
  return vitals(target.pid)
}

function growthOf(start: Vitals, end: Vitals): string[] {
  return (['rss', 'handles'] as const)
    .filter((name) => end[name] > start[name] * MOST_GROWTH)
    .map((name) => `${name} grew from ${start[name]} to ${end[name]}`)
}

/** Runs the tests of hostile contracts with as many as the documentation names. */
function runHostile(seed = '1'): number {
  const runner = fileURLToPath(new URL('../../../node_modules/vitest/vitest.mjs', import.meta.url))
  const env = { ...process.env, PAREVM_HOSTILE_RUNS: '3072', PAREVM_HOSTILE_SEED: seed }
  const args = [runner, 'run', 'tests/node/hostile.test.ts', 'tests/browser/hostile.test.ts']
  return spawnSync(process.execPath, args, { stdio: 'inherit', env }).status ?? 1
}

function print(text: string): number {
  process.stdout.write(text)
  return 0
}
