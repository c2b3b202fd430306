// Runs the packed package in every environment: bundlers, browsers, runtimes.
//
//   npm run test:matrix -- [--json FILE] [--only NAME,...] [--short] [--tarball FILE] [--keep] [--list]
//
// `--only` takes parts of names, `--short` the environments that need nothing but what the repository installs,
// `--tarball` a package that is packed already. `--keep` leaves the folders of the environments. Prints the table of the README.

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from '../../scripts/build.mjs'
import {
  capture,
  command,
  isProgram,
  root,
  StepError,
  say,
  secondsSince,
} from '../../scripts/process.mjs'
import { setup } from '../../scripts/setup.mjs'
import { createContext } from './context.mjs'
import { tableOf } from './table.mjs'

/** Resolves with all environments, in the order of their files. */
export async function environments() {
  const folder = join(import.meta.dirname, 'environment')
  const files = readdirSync(folder).sort()
  const lists = await Promise.all(files.map((file) => import(join(folder, file))))
  return lists.flatMap((list) => list.default)
}

/** Packs the built package into `folder`; returns the path of the tarball. */
export function pack(folder) {
  const out = capture('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder])
  if (out === null) throw new StepError('the package could not be packed', 'npm pack')
  return join(folder, JSON.parse(out)[0].filename)
}

/** Runs one environment; resolves with its row, whose result is `ok` or the reason. */
export async function runEnvironment({ name, run }, { folder, tarball, keep }) {
  const start = performance.now()
  const context = createContext(folder, tarball)
  const empty = { build: null, wasmFetched: null, kB: null, firstResultMs: null, note: '' }
  let row
  try {
    const { build, wasmFetched, kB, firstResultMs, note } = await run(context)
    const figures = {
      build,
      wasmFetched,
      kB,
      firstResultMs: firstResultMs && Math.round(firstResultMs),
    }
    row = { environment: name, result: 'ok', ...empty, ...figures, note: note ?? '' }
  } catch (error) {
    row = { environment: name, result: error.message, ...empty }
    if (keep) row.note = context.folder
  }
  await context.close({ keep })
  say(row.result === 'ok' ? 'ok' : 'FAILED', `${name} (${secondsSince(start)})`)
  if (row.result !== 'ok') say('', row.result)
  return row
}

/** Runs the environments that the options choose; resolves with the exit code. */
export async function runMatrix(options) {
  const { json, only, short = false, keep = false, list = false } = options
  const parts = only?.split(',')
  const chosen = (await environments())
    .filter((one) => !short || one.short)
    .filter(({ name }) => parts === undefined || parts.some((part) => name.includes(part)))
  if (list) return void process.stdout.write(chosen.map(({ name }) => `${name}\n`).join(''))
  if (chosen.length === 0) throw new StepError(`no environment has ${only} in its name`)
  const folder = mkdtempSync(join(tmpdir(), 'parevm-matrix-'))
  const rows = []
  try {
    const tarball = options.tarball === undefined ? pack(folder) : resolve(options.tarball)
    for (const one of chosen) rows.push(await runEnvironment(one, { folder, tarball, keep }))
  } finally {
    if (!keep) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  process.stdout.write(tableOf(rows))
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(rows, null, 2)}\n`)
  const failed = rows.filter(({ result }) => result !== 'ok')
  say('matrix', `${rows.length - failed.length} of ${rows.length} environments are ok`)
  return failed.length === 0 ? 0 : 1
}

if (isProgram(import.meta.url)) {
  await command(async (args) => {
    const { values } = parseArgs({
      args,
      options: {
        json: { type: 'string' },
        only: { type: 'string' },
        short: { type: 'boolean' },
        tarball: { type: 'string' },
        keep: { type: 'boolean' },
        list: { type: 'boolean' },
      },
    })
    if (values.tarball === undefined && !values.list) await build(await setup({ test: true }))
    process.chdir(root)
    return runMatrix(values)
  })
}
