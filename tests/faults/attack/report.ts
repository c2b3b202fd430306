import { readFileSync, writeFileSync } from 'node:fs'
import type { Verdict } from './case.js'
import { type AttackRecord, COLUMNS, rows, VITAL_COLUMNS, vitalRows } from './record.js'

/** Returns a line about a case, and its failures below. */
export function lineOf({ name, rule, ms, honest, ends, before, peak, failures }: Verdict): string {
  const words = Object.entries(ends).map(([word, count]) => `${count} ${word}`)
  const head = `${failures.length > 0 ? 'FAILED' : 'ok    '} ${rule} ${name} (${(ms / 1000).toFixed(1)} s)`
  const seen = `honest: ${honest.requests}, max ${honest.max.toFixed(0)} ms; +${((peak - before.rss) / 1e6).toFixed(0)} MB`
  const line = `${head}: ${cut(words.join(', '))}; ${seen}`
  return [line, ...failures.map((failure) => `         ${failure}`)].join('\n')
}

/** Returns what a terminal shows at the end. */
export function textOf(record: AttackRecord): string {
  const { against, version, seed, minutes, machine, cases, failures } = record
  const bad = cases.filter((one) => one.failures.length > 0).length
  return [
    `${against} ${version}, ${machine.cores} cores (${machine.cpu}), Node ${machine.node}, seed ${seed}, ${minutes} minutes`,
    aligned([COLUMNS, ...rows(record)]),
    aligned([VITAL_COLUMNS, ...vitalRows(record)]),
    ...failures.map((failure) => `FAILED: ${failure}`),
    `${cases.length - bad} cases ok, ${bad} failed`,
  ].join('\n')
}

/** Writes the tables of records into a document, between its markers. */
export function writeInto(path: string, records: readonly AttackRecord[]): void {
  const text = readFileSync(path, 'utf8')
  const [begin, end] = ['<!-- attack: begin -->', '<!-- attack: end -->']
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`${path}: the markers ${begin} and ${end} are missing`)
  const made = `${begin}\n\n${records.map(sectionOf).join('\n\n')}\n\n${besides(records)}\n\n`
  writeFileSync(path, text.slice(0, from) + made + text.slice(to))
}

function sectionOf(record: AttackRecord): string {
  const { against, version, seed, minutes, machine, soak } = record
  const memory = (machine.memory / 2 ** 30).toFixed(0)
  return [
    `### ${against} ${version}`,
    `${machine.cores} cores of ${machine.cpu}, ${memory} GiB, ${machine.system}, Node ${machine.node}; ${minutes} minutes, seed ${seed}${soak === undefined ? '' : `; ${soak.endedWorkers} workers ended on purpose, ${soak.ledger.sent} transactions kept`}.`,
    markdown([COLUMNS, ...rows(record)]),
    markdown([VITAL_COLUMNS, ...vitalRows(record)]),
  ].join('\n\n')
}

/** Returns a table of cases with the verdicts on each server beside each other. */
function besides(records: readonly AttackRecord[]): string {
  const all = new Map<string, Verdict>()
  for (const { cases } of records)
    for (const one of cases) if (!all.has(one.name)) all.set(one.name, one)
  const cell = (found: Verdict | undefined) => {
    if (found === undefined) return 'not run'
    const words = Object.keys(found.ends).slice(0, 4).join(', ')
    const verdict = found.failures.length === 0 ? 'held' : `**${found.failures[0]}**`
    return `${verdict}; ${words}; ${found.honest.max.toFixed(0)} ms`
  }
  const body = [...all.values()].map((one) => [
    String(one.rule),
    one.name,
    one.input,
    one.bound,
    ...records.map(({ cases }) => cell(cases.find(({ name }) => name === one.name))),
  ])
  const head = ['rule', 'case', 'input', 'bound', ...records.map(({ against }) => against)]
  return `### Cases\n\nEach cell: verdict; how requests ended; longest honest request meanwhile.\n\n${markdown([head, ...body])}`
}

function markdown([head, ...body]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cut(cell).replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
  return [line(head ?? []), line((head ?? []).map(() => '---')), ...body.map(line)].join('\n')
}

function aligned(table: readonly (readonly string[])[]): string {
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  )
  return table
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n')
}

/** Foreign text is shown up to here. */
function cut(text: string): string {
  const clean = text.replace(/\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}/gu, ' ')
  return clean.length > 300 ? `${clean.slice(0, 300)}...` : clean
}
