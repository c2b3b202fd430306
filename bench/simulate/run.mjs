// Times one simulated call, warm: an ERC-20 transfer and a swap in a Uniswap v3 pool.
//
//   npm run bench -- --suite simulate [--runs N] [--threads N] [--json FILE]
//
// parevm has two times: that of its engine, and the latency for a caller, with the round trip to the worker.
// @ethereumjs/vm and tevm run in the thread of the caller. All take turns; the figures are medians.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { mustRun, say } from '../../scripts/process.mjs'
import { machine, median } from '../figures.mjs'

const folder = dirname(fileURLToPath(import.meta.url))
const tevm = join(folder, 'tevm')
const calls = { erc20: 'erc20', swap: 'swaps' }

/** Runs the suite and resolves with the exit code. */
export async function benchSimulate(args) {
  const { values } = parseArgs({
    args,
    options: {
      suite: { type: 'string' },
      runs: { type: 'string', default: '51' },
      threads: { type: 'string', default: '2' },
      json: { type: 'string' },
    },
  })
  await installTevm()
  const { table } = await import('../../dist/testing/js/bin/table.js')
  const parevm = await import('./parevm.mjs').then(({ open }) =>
    open({ threads: Number(values.threads) }),
  )
  const peers = {
    '@ethereumjs/vm': (await import('./ethereumjs.mjs')).start,
    tevm: (await import('./tevm/start.mjs')).start,
  }
  const rows = []
  for (const [name, made] of Object.entries(calls)) {
    const { alloc, calls } = await parevm.made(made)
    rows.push(...(await measure(parevm, peers, name, { alloc, call: calls[0] }, values.runs)))
  }
  await parevm.close()

  const msOf = (name, engine) => rows.find((row) => row.name === name && row.engine === engine).ms
  const aggregate = rows
    .filter(({ engine }) => engine in peers)
    .flatMap(({ name, engine: than, ms }) =>
      METHODS.map((what) => ({
        name,
        what,
        than,
        engine: ms / msOf(name, inEngine(what)),
        roundTrip: ms / msOf(name, forCaller(what)),
      })),
    )
  const versions = { parevm: parevm.version, node: process.version, ...peerVersions() }
  const report = { machine: machine(), versions, rows, aggregate }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`)
  const lines = rows.map(({ name, engine, ms }) => [name, engine, ms.toFixed(3)])
  process.stdout.write(`${table(['call', 'engine', 'ms'], lines)}\n`)
  for (const { name, what, than, engine, roundTrip } of aggregate)
    process.stdout.write(
      `${name}: ratio of ${than} to ${what}: ${engine.toFixed(1)} in the engine, ` +
        `${roundTrip.toFixed(1)} for the caller\n`,
    )
  return 0
}

/** Measures one call, after all engines returned the same result. */
async function measure(parevm, peers, name, made, runs) {
  const samples = Number(runs)
  const ours = await parevm.start(made)
  const started = Object.entries(peers).map(async ([peer, start]) => [peer, await start(made)])
  const theirs = Object.fromEntries(await Promise.all(started))
  const { data, logs } = await ours.callers.eth_simulateV1()
  for (const [peer, run] of Object.entries(theirs)) {
    const result = await run()
    if (result.data !== data || result.logs !== logs)
      throw new Error(
        `${name}: ${peer} returned ${JSON.stringify(result)}, not ${data}, ${logs} logs`,
      )
  }
  const callers = {
    ...Object.fromEntries(METHODS.map((what) => [forCaller(what), ours.callers[what]])),
    ...theirs,
  }
  const times = Object.fromEntries(
    [...METHODS.map(inEngine), ...Object.keys(callers)].map((key) => [key, []]),
  )
  for (let run = 0; run < samples + WARM_UP; run += 1) {
    // Twice each, of which the second counts: the first one refills the caches.
    for (const what of METHODS) times[inEngine(what)].push((await ours.engine(what, 2)).at(-1))
    for (const [key, run] of Object.entries(callers)) {
      await run()
      const start = performance.now()
      await run()
      times[key].push(performance.now() - start)
    }
  }
  await ours.close()
  return Object.entries(times).map(([engine, all]) => ({
    name,
    engine,
    ms: median(all.slice(WARM_UP)),
    samples,
  }))
}

/** Measured methods: the result of a call, the report on it, a block of it. */
const METHODS = ['eth_call', 'parevm_simulate', 'eth_simulateV1']
const inEngine = (what) => `parevm, ${what}, engine`
const forCaller = (what) => `parevm, ${what}`

/** Warm-up runs: the compilers of wasm and JavaScript need as many. */
const WARM_UP = 50

/** Installs tevm, which is large and used by this suite only; the other peer is a dependency of the tests. */
async function installTevm() {
  if (existsSync(join(tevm, 'node_modules/@tevm/memory-client'))) return
  say('install', 'tevm into bench/simulate/tevm: to be compared with')
  const args = ['ci', '--no-audit', '--no-fund', '--ignore-scripts']
  await mustRun('npm', args, { cwd: tevm, failure: 'tevm could not be installed' })
}

function peerVersions() {
  const read = (path) => JSON.parse(readFileSync(join(folder, path), 'utf8')).devDependencies
  return {
    '@ethereumjs/vm': read('../../tests/second-opinion/package.json')['@ethereumjs/vm'],
    tevm: read('tevm/package.json')['@tevm/memory-client'],
  }
}
