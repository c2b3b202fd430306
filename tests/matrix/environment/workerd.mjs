// workerd, the runtime of Cloudflare Workers: no workers, no compiling at run time, 128 MB. Bundled by wrangler as for a
// deployment, run in Miniflare.

import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fixture, prepare } from '../script.mjs'
import { recordedSwap, swapGas } from '../swap.mjs'

/** CPU milliseconds of one warm simulation, at most. */
const MAX_CPU_MS = 10
/** Megabytes that a worker may take. */
const MAX_MEMORY_MB = 128
const WARM_UP = 60
const SAMPLES = 100

function row(name, options) {
  return {
    name: `workerd, ${name}`,
    short: false,
    async run(context) {
      await prepare(context, ['wrangler@4.86.0'])
      await context.copy(new URL('../worker/workerd.js', import.meta.url).pathname, 'worker.js')
      await context.write('options.js', options)
      const config = { name: 'parevm', main: 'worker.js', compatibility_date: '2026-04-01' }
      await context.write('wrangler.json', JSON.stringify(config))
      const wrangler = join(context.folder, 'node_modules/wrangler/bin/wrangler.js')
      const args = ['deploy', '--dry-run', '--outdir', 'out']
      const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: '1' }
      await context.exec(process.execPath, [wrangler, ...args], { env })
      return serveAndMeasure(context, config)
    },
  }
}

async function serveAndMeasure(context, { compatibility_date: compatibilityDate }) {
  const { Miniflare } = createRequire(join(context.folder, 'main.js'))('miniflare')
  const files = readdirSync(join(context.folder, 'out')).filter((file) => /\.(js|wasm)$/.test(file))
  const modules = files
    .sort((a, b) => Number(a.endsWith('.wasm')) - Number(b.endsWith('.wasm')))
    .map((path) => ({
      type: path.endsWith('.wasm') ? 'CompiledWasm' : 'ESModule',
      path,
      contents: readFileSync(join(context.folder, 'out', path)),
    }))
  const wasm = modules.filter(({ type }) => type === 'CompiledWasm')
  if (wasm.length !== 1)
    throw new Error(`expected one wasm module in the bundle, found ${wasm.length}`)
  const before = children()
  const miniflare = new Miniflare({ modules, compatibilityDate })
  try {
    const request = async (path, body) => {
      const response = await miniflare.dispatchFetch(`http://localhost${path}`, {
        method: 'POST',
        body,
      })
      const result = await response.json()
      if (result.error) throw new Error(result.error)
      return result
    }
    await request('/empty')
    const pid = children().find((one) => !before.includes(one))
    const emptyMb = residentMb(pid)
    // Clocks stand still in a worker while it computes.
    const start = performance.now()
    const { build, threads } = await request('/check', readFileSync(fixture))
    const firstResultMs = performance.now() - start
    const swap = recordedSwap()
    await request(
      '/open',
      JSON.stringify(swap, (_, value) => plain(value)),
    )
    const simulate = async (count) => {
      const start = cpuMs(pid)
      for (let run = 0; run < count; run += 1) {
        const { status, gasUsed } = await request('/swap')
        if (status !== 'success' || gasUsed !== swapGas)
          throw new Error(`expected ${swapGas} gas, found ${gasUsed}: ${status}`)
      }
      return (cpuMs(pid) - start) / count
    }
    const coldMs = await simulate(1)
    await simulate(WARM_UP)
    const warmMs = await simulate(SAMPLES)
    const memoryMb = residentMb(pid) - emptyMb
    const note = `swap ${warmMs.toFixed(1)} ms CPU (first ${coldMs.toFixed(0)}), ${memoryMb.toFixed(0)} MB`
    if (warmMs > MAX_CPU_MS) throw new Error(`expected at most ${MAX_CPU_MS} ms: ${note}`)
    if (memoryMb > MAX_MEMORY_MB) throw new Error(`expected at most ${MAX_MEMORY_MB} MB: ${note}`)
    return { build, threads, wasmFetched: wasm.length, kB: null, firstResultMs, note }
  } finally {
    await miniflare.dispose()
  }
}

/** JSON has no bigints; quantities of a call may be hex. */
function plain(value) {
  return typeof value === 'bigint' ? Number(value) : value
}

/** Returns the processes that this one has started. */
function children() {
  return readdirSync('/proc/self/task').flatMap((task) =>
    readFileSync(`/proc/self/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean),
  )
}

/** Returns the CPU time of a process, all of its threads. */
function cpuMs(pid) {
  const tasks = readdirSync(`/proc/${pid}/task`)
  const of = (task) =>
    Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0])
  return tasks.reduce((sum, task) => sum + of(task), 0) / 1e6
}

function residentMb(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024
}

export default [
  row('without options', 'export const options = {}'),
  row(
    'given module',
    `import wasm from 'parevm/wasm/single/parevm_bg.wasm'
     export const options = { worker: false, wasm }`,
  ),
]
