// Table of docs/performance.md, from a record.
//
//   node bench/table.mjs bench/record/FILE.json [--write]
//
// `--write` replaces the text between the two markers of docs/performance.md.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { replaced } from '../scripts/markers.mjs'
import { command, isProgram, root, StepError } from '../scripts/process.mjs'
import { excluded, synthetic } from './figures.mjs'

const MARKERS = ['<!-- table of bench/table.mjs -->', '<!-- end of table -->']

/** Returns a record as a Markdown table. */
export function tableOf(record) {
  const head = ['', 'threads', 'mainnet', 'worst', 'ideal', excluded, ...synthetic]
  const lines = [row(head), row(head.map(() => '---'))]
  for (const [host, title] of [
    ['native', 'native'],
    ['node', 'wasm in Node'],
  ]) {
    for (const threads of record.threads) lines.push(...rowsOf(record[host], title, threads))
  }
  const { machine, versions } = record
  const facts = [
    `${machine.cpu}, ${machine.cores} cores`,
    record.date,
    `commit ${record.commit}`,
    `medians of ${record.runs}`,
    `revm ${versions.revm}`,
    ...(versions.node ? [`Node ${versions.node}`] : []),
  ]
  const sums = SUITES.flatMap((suite) => record.memory?.[suite]?.aggregate ?? [])
  if (sums.length > 0) {
    const worst = sums.reduce((most, one) => (one.worst > most.worst ? one : most))
    facts.push(`peak memory at most ${number(worst.worst)} times plain revm's (${worst.worstName})`)
  }
  if (record.instructions !== undefined) {
    const ratios = record.instructions.map(({ name, ratio }) => `${number(ratio)} (${name})`)
    facts.push(`instructions on one thread, parallel over plain: ${ratios.join(', ')}`)
  }
  return `${lines.join('\n')}\n\n${facts.join('; ')}.\n`
}

const SUITES = ['mainnet', 'synthetic']

function rowsOf(figures, title, threads) {
  if (figures === undefined) return []
  const sum = figures.mainnet?.aggregate.find((one) => one.threads === threads)
  const rows = SUITES.flatMap((suite) => figures[suite]?.rows ?? [])
  if (!sum && !rows.some((one) => one.threads === threads)) return []
  const columns = [excluded, ...synthetic].map((name) =>
    rows.find((one) => one.name === name && one.threads === threads),
  )
  const line = (label, cells, of) =>
    row([label, String(threads), ...cells, ...columns.map((one) => number(one && of(one)))])
  const worst = sum && `${number(sum.worst)} (${sum.worstName})`
  const cells = [number(sum?.speedup), worst ?? '', number(sum?.ideal)]
  const found = [line(title, cells, ({ plainMs, parallelMs }) => plainMs / parallelMs)]
  if (sum?.bal !== undefined) {
    const share = `${(sum.bal.ofIdeal * 100).toFixed(0)} % of ideal`
    const cells = [number(sum.bal.speedup), '', share]
    found.push(line(`${title}, by access list`, cells, ({ plainMs, balMs }) => plainMs / balMs))
  }
  if (sum?.capacity > 1) {
    const cells = [number(sum.capacity), '', '']
    found.push(line('independent reference loops', cells, ({ capacity }) => capacity))
  }
  return found
}

const number = (value) => (Number.isFinite(value) ? value.toFixed(2) : '')
const row = (cells) => `| ${cells.join(' | ')} |`

if (isProgram(import.meta.url)) {
  await command((args) => {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { write: { type: 'boolean', default: false } },
    })
    const [file] = positionals
    if (file === undefined)
      throw new StepError('no record given', 'node bench/table.mjs bench/record/FILE.json')
    const text = tableOf(JSON.parse(readFileSync(file, 'utf8')))
    if (!values.write) return void process.stdout.write(text)
    const page = join(root, 'docs/performance.md')
    writeFileSync(page, replaced(readFileSync(page, 'utf8'), MARKERS, text))
  })
}
