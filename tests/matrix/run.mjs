// Runs the packed package in every environment: runtimes, browsers, bundlers, frameworks, test runners.
//
//   npm run test:matrix                     all rows
//   npm run test:matrix -- --short          those that need nothing but this repository
//   npm run test:matrix -- --only Vite,Bun  rows whose name has one of these texts
//   npm run test:matrix -- --json FILE      also writes the rows as JSON
//   npm run test:matrix -- --list           names them; --keep keeps their folders; --verbose prints whole reasons
//
// Each row has a fresh folder in which the tarball is installed, and runs tests/matrix/program: a call, a report, and a
// recorded block that is checked against its header. Exit code 1 where a row is not `ok`.

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { command, secondsSince } from '../../scripts/process.mjs'
import { createContext, pack } from './context.mjs'

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'string' },
    list: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
})

/** All rows that were asked for. */
async function rows() {
  const folder = new URL('./environment/', import.meta.url)
  const files = readdirSync(folder).filter((name) => name.endsWith('.mjs'))
  const all = []
  for (const name of files.sort()) all.push(...(await import(new URL(name, folder))).default)
  const parts = values.only?.split(',') ?? ['']
  const isWanted = ({ name, short }) =>
    (short || !values.short) && parts.some((part) => name.includes(part))
  return all.filter(isWanted)
}

async function runRow(row, tarball) {
  const context = await createContext(tarball, { keep: values.keep })
  const start = performance.now()
  try {
    const result = await row.run(context)
    print(row.name, 'ok', result, start)
    return { environment: row.name, result: 'ok', ...result }
  } catch (error) {
    print(row.name, values.verbose ? error.message : error.message.split('\n')[0], {}, start)
    return { environment: row.name, result: error.message, ...NOTHING }
  } finally {
    await context.end()
  }
}

const NOTHING = { build: null, threads: null, wasmFetched: null, kB: null, firstResultMs: null }

function print(name, result, { build, threads, wasmFetched, kB, firstResultMs, note }, start) {
  const facts = [build, threads, wasmFetched, kB, firstResultMs?.toFixed(0)]
  const columns = facts.map((fact) => String(fact ?? '-').padStart(8)).join('')
  const line = `${name.padEnd(52)}${columns}  ${result}${note ? ` (${note})` : ''}`
  process.stdout.write(`${line}  ${secondsSince(start)}\n`)
}

await command(async () => {
  const wanted = await rows()
  if (values.list) return void process.stdout.write(wanted.map(({ name }) => `${name}\n`).join(''))
  const folder = mkdtempSync(join(tmpdir(), 'parevm-matrix-'))
  try {
    const tarball = await pack(folder)
    const heads = ['build', 'threads', 'wasm', 'kB', 'ms'].map((head) => head.padStart(8)).join('')
    process.stdout.write(`${'environment'.padEnd(52)}${heads}  result\n`)
    const results = []
    for (const row of wanted) results.push(await runRow(row, tarball))
    if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(results, null, 2))
    const failed = results.filter(({ result }) => result !== 'ok')
    process.stdout.write(`${results.length - failed.length} of ${results.length} rows are ok\n`)
    if (results.length === 0 || failed.length > 0) process.exitCode = 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
