// Times one simulated call, warm: an ERC-20 transfer and a swap in a Uniswap v3 pool.
//
//   npm run bench -- --suite simulate [--runs N] [--threads N] [--json FILE]
//
// parevm is timed twice: what its engine takes, and what a caller waits for, the way to the worker
// and back included. @ethereumjs/vm and tevm run in the caller's thread. All take turns; the
// figures are medians.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { mustRun, say } from '../../scripts/process.mjs'

const folder = dirname(fileURLToPath(import.meta.url))
const tevm = join(folder, 'tevm')
const calls = { erc20: 'erc20', swap: 'swaps' }

/** Runs the suite; resolves with the exit code. */
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
  const { machine } = await import('../report.mjs')
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
      WHATS.map((what) => ({
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
      `${name}: ${what} is ${engine.toFixed(1)} times as fast as ${than} in the engine, ` +
        `${roundTrip.toFixed(1)} times for the caller\n`,
    )
  return 0
}

/** The figures of one call. Everybody has to come to the same result first. */
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
    ...Object.fromEntries(WHATS.map((what) => [forCaller(what), ours.callers[what]])),
    ...theirs,
  }
  const times = Object.fromEntries(
    [...WHATS.map(inEngine), ...Object.keys(callers)].map((key) => [key, []]),
  )
  for (let run = 0; run < samples + WARM_UP; run += 1) {
    // Everybody twice, of which the second counts: the others have just had the caches to themselves.
    for (const what of WHATS) times[inEngine(what)].push((await ours.engine(what, 2)).at(-1))
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

/** The methods that try a call: its result alone, the report on what it does, a whole block of it. */
const WHATS = ['eth_call', 'parevm_simulate', 'eth_simulateV1']
const inEngine = (what) => `parevm, ${what}, engine`
const forCaller = (what) => `parevm, ${what}`

/** Runs before those that count: compilers of wasm and JavaScript take that long. */
const WARM_UP = 50

function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}

/** tevm is large: nobody gets it who does not ask for this suite. The other peer is in the tests. */
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
