// Times the start of an engine: from `createEvm` to the first result, each time in a new process or browser profile.
//
//   npm run bench -- --suite startup [--browser chromium|firefox] [--entry simulate] [--runs N] [--json FILE]
//
// Without `--browser`: Node.js and both browsers. The package is served from this machine, uncompressed and uncached.

import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { StepError } from '../../scripts/process.mjs'
import { machine, median } from '../figures.mjs'
import { hosts } from './hosts.mjs'

const entries = { parevm: 'dist/js/src/index.js', simulate: 'dist/js/src/simulate/index.js' }

/** Engines to start, by host. */
const threads = { threads: 2 }
const single = { build: 'single', threads: 1 }
const inThread = { worker: false }
const engines = {
  node: [threads, single, inThread],
  chromium: [threads, single, inThread],
  firefox: [threads, single, inThread],
}

/** Runs the suite and resolves with the exit code. */
export async function benchStartup(args) {
  const { values } = parseArgs({
    args,
    options: {
      suite: { type: 'string' },
      browser: { type: 'string' },
      entry: { type: 'string', default: 'parevm' },
      runs: { type: 'string', default: '15' },
      json: { type: 'string' },
    },
  })
  const entry = entries[values.entry]
  if (entry === undefined) throw new StepError(`no entry ${values.entry}`, '--entry simulate')
  const names = values.browser === undefined ? Object.keys(hosts) : [values.browser]
  if (!names.every((name) => name in hosts))
    throw new StepError(`no browser ${values.browser}`, '--browser chromium')
  const rows = []
  for (const name of names) rows.push(...(await measure(name, entry, Number(values.runs))))
  const { table } = await import('../../dist/js/bin/table.js')
  const lines = rows.map(({ host, build, threads, worker, firstResultMs }) => [
    host,
    build,
    String(threads),
    worker ? 'yes' : 'no',
    firstResultMs.toFixed(0),
  ])
  process.stdout.write(`${table(['host', 'build', 'threads', 'worker', 'ms'], lines)}\n`)
  const report = { machine: machine(), versions: { node: process.version }, rows }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`)
  return 0
}

/** Returns the rows of a host. Its engines take turns. */
async function measure(name, entry, runs) {
  const host = await hosts[name]()
  const seen = engines[name].map(() => [])
  try {
    for (let run = 0; run < runs + WARM_UP; run += 1)
      for (const [index, options] of engines[name].entries())
        seen[index].push(await host.start(entry, options))
  } finally {
    await host.close()
  }
  return seen.map((all, index) => {
    const times = all.slice(WARM_UP).map(({ firstResultMs }) => firstResultMs)
    const { build, threads } = all[0]
    const worker = engines[name][index].worker ?? true
    return { host: name, build, threads, worker, firstResultMs: median(times), runs, entry }
  })
}

/** The first start of a browser loads the browser itself. */
const WARM_UP = 1
