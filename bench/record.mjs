// Measures everything on this machine and writes a record: `npm run record`.
//
//   npm run record -- [--machine NAME] [--threads 1,2,...] [--blocks DIR] [--runs N] [--sample-ms N]
//     [--skip node,...] [--resume FILE]
//
// Writes bench/record/<date>-<machine>.json after each part, so that a part which fails costs no other:
// `--resume` takes what is in FILE, of the same commit and processor, and measures the rest. The machine must be
// idle.

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { benchProgram } from '../scripts/bench.mjs'
import { build } from '../scripts/build.mjs'
import { buildCli } from '../scripts/cli.mjs'
import { findOutside } from '../scripts/data.mjs'
import { capture, command, isProgram, mustRun, root, StepError, say } from '../scripts/process.mjs'
import { setup } from '../scripts/setup.mjs'
import { countInstructions, hasValgrind } from './callgrind.mjs'
import { counted } from './figures.mjs'

const SUITES = ['mainnet', 'synthetic']
const PARTS = ['native', 'node', 'memory', 'instructions']

/** Returns the thread counts 1, 2, 4, ... and all cores. */
export function scaling(cores) {
  const powers = [1, 2, 4, 8, 16, 32, 64].filter((threads) => threads < cores)
  return [...powers, cores]
}

/** Default name of a machine: processor and cores. */
export function machineName(cpu, cores) {
  const words = cpu
    .replace(/\((R|TM)\)|\bCPU\b|\bProcessor\b|@.*/g, ' ')
    .replace(/\b\d+-Core\b/, ' ')
    .toLowerCase()
  const slug = words.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '')
  return `${slug || 'unknown'}-${cores}-cores`
}

/** Returns JSON with one line for each row of figures. */
export function compact(record) {
  const text = JSON.stringify(record, null, 2)
  return text.replace(/\{[^{}]*\}/g, (flat) => flat.replace(/\s*\n\s*/g, ' '))
}

/** The record to continue, if commit, threads, runs and processor are the same. */
export function resumed(kept, fresh) {
  for (const fact of ['commit', 'threads', 'runs', 'cpu']) {
    const [was, is] = [kept, fresh].map((one) => String(one[fact] ?? one.machine?.[fact]))
    if (was !== is) throw new StepError(`the record has other ${fact}`, `${was}, now ${is}`)
  }
  return kept
}

if (isProgram(import.meta.url)) {
  await command(async (args) => {
    const cores = os.availableParallelism()
    const { values } = parseArgs({
      args,
      options: {
        machine: { type: 'string', default: machineName(os.cpus()[0]?.model ?? '', cores) },
        threads: { type: 'string', default: scaling(cores).join() },
        blocks: { type: 'string' },
        count: { type: 'string' },
        runs: { type: 'string', default: '9' },
        'sample-ms': { type: 'string', default: '100' },
        skip: { type: 'string', default: '' },
        resume: { type: 'string' },
      },
    })
    const skipped = values.skip.split(',').filter((part) => part !== '')
    const unknown = skipped.find((part) => !PARTS.includes(part))
    if (unknown !== undefined) throw new StepError(`unknown part ${unknown}`, PARTS.join(', '))
    const takes = (part) => !skipped.includes(part)
    const folder = values.blocks ?? findOutside('blocks') ?? 'fixtures'

    const native = await buildCli('release')
    if (takes('node')) await build(await setup(), { only: 'testing' })
    const scratch = mkdtempSync(join(os.tmpdir(), 'parevm-record-'))
    const measure = async (what, program, words) => {
      const file = join(scratch, 'figures.json')
      say('measure', what)
      await mustRun(program, [...words, '--json', file], { failure: `${what} cannot be measured` })
      return JSON.parse(readFileSync(file, 'utf8'))
    }
    const selection = (suite) => [
      ...['--suite', suite],
      ...(suite === 'mainnet' ? ['--blocks', folder] : []),
      ...(suite === 'synthetic' && values.count ? ['--count', values.count] : []),
    ]
    const timed = [
      ...['--threads', values.threads],
      ...['--runs', values.runs],
      ...['--sample-ms', values['sample-ms']],
    ]
    const started = new Date()
    const fresh = {
      date: started.toISOString().slice(0, 10),
      commit: commit(),
      machine: { cpu: os.cpus()[0]?.model.trim() },
      versions: { rustc: capture('rustc', ['--version']) },
      threads: values.threads.split(',').map(Number),
      runs: Number(values.runs),
    }
    const record =
      values.resume === undefined
        ? fresh
        : resumed(JSON.parse(readFileSync(values.resume, 'utf8')), fresh)
    const path =
      values.resume ?? join(root, 'bench/record', `${record.date}-${values.machine}.json`)
    const keep = () => writeFileSync(path, `${compact(record)}\n`)
    for (const suite of SUITES) {
      const words = selection(suite)
      const parts = {
        native: () => measure(`${suite}, native`, native, ['bench', ...words, ...timed]),
        node: () => {
          const node = [benchProgram, ...words, ...timed]
          return measure(`${suite}, wasm in Node`, process.execPath, node)
        },
        memory: () => {
          const two = ['--threads', String(Math.min(2, cores))]
          return measure(`${suite}, memory`, native, ['memory', ...words, ...two])
        },
      }
      for (const [part, take] of Object.entries(parts)) {
        if (!takes(part) || record[part]?.[suite] !== undefined) continue
        const { machine, versions, ...figures } = await take()
        record.machine = { ...machine, ...record.machine }
        record.versions = { ...versions, ...record.versions }
        record[part] = { ...record[part], [suite]: figures }
        keep()
      }
    }
    if (takes('instructions') && record.instructions === undefined) {
      if (hasValgrind()) {
        say('measure', 'instructions')
        record.instructions = countInstructions(native, { names: counted, blocks: 'fixtures' })
      } else say('skip', 'instructions: valgrind is not installed')
    }
    keep()
    say('record', relative(root, path))
  })
}

/** Returns the measured commit, marked where files other than records differ from it. */
function commit() {
  const hash = capture('git', ['rev-parse', '--short=12', 'HEAD']) ?? 'unknown'
  const changes = capture('git', ['status', '--porcelain', '-uno', '--', ':/', ':!bench/record'])
  return changes === '' ? hash : `${hash} and changes`
}
