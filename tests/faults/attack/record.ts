import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { anvilProgram } from '../../provider/process.js'
import type { Verdict } from './case.js'
import type { Figures } from './crowd.js'
import type { Fairness } from './fairness.js'
import type { Soak } from './soak.js'
import type { Target, Vitals } from './target.js'

/** Everything that a run of the attack has found. */
export type AttackRecord = {
  against: Target['kind']
  version: string
  machine: { cpu: string; cores: number; memory: number; system: string; node: string }
  seed: number
  minutes: number
  cases: Verdict[]
  fairness?: Fairness | undefined
  soak?: Soak | undefined
  vitals?: { fresh: Vitals; start: Vitals; end: Vitals; peak: number } | undefined
  failures: string[]
}

/** Returns the machine on which the attack runs. */
export function machine(): AttackRecord['machine'] {
  const cpu = cpus()[0]?.model.trim() ?? 'unknown'
  const system = `${process.platform} ${process.arch}`
  return { cpu, cores: availableParallelism(), memory: totalmem(), system, node: process.version }
}

/** Returns the version of what is attacked. */
export function versionOf(kind: Target['kind']): string {
  if (kind === 'anvil') {
    const text = execFileSync(anvilProgram(), ['--version'], { encoding: 'utf8' })
    return /[Vv]ersion:? (\S+)/.exec(text)?.[1] ?? text.trim()
  }
  const url = new URL('../../../package.json', import.meta.url)
  return JSON.parse(readFileSync(url, 'utf8')).version
}

/** Words that are answers. */
const ANSWERS =
  /^(result|open|left|ended|random|clean|alive|kept|waiting|false|no CORS|in proportion|20[04]|101|100)$/
/** Words for a request of which nobody knows what became of it. */
const LOST = /^(lost|no answer|closed$|attack failed|did not end)/

/** Returns how many requests were answered, refused and lost. */
export function sums(ends: Readonly<Record<string, number>>): [number, number, number] {
  const total: [number, number, number] = [0, 0, 0]
  for (const [word, count] of Object.entries(ends))
    total[ANSWERS.test(word) ? 0 : LOST.test(word) ? 2 : 1] += count
  return total
}

/** Returns the rows of the table of figures: a name, then numbers and texts. */
export function rows(record: AttackRecord): string[][] {
  const { cases, fairness, soak } = record
  const figures = (name: string, of: Figures, ends?: Readonly<Record<string, number>>) => {
    const [answered, refused, lost] = ends === undefined ? [0, 0, 0] : sums(ends)
    const attack = ends === undefined ? ['', '', ''] : [answered + refused + lost, refused, lost]
    return [
      name,
      ...attack,
      of.requests,
      of.failed,
      of.lost,
      ms(of.p50),
      ms(of.p99),
      ms(of.max),
    ].map(String)
  }
  const all: string[][] = []
  if (fairness !== undefined) {
    all.push(figures('quiet', fairness.quiet))
    all.push(figures('beside one client that asks all the time', fairness.beside))
    all.push(figures('beside 50 connections of one client', fairness.besideMany))
  }
  const worst = cases.reduce<Figures | undefined>(
    (most, { honest }) => (most === undefined || honest.max > most.max ? honest : most),
    undefined,
  )
  if (worst !== undefined) {
    const ends: Record<string, number> = {}
    for (const one of cases)
      for (const [word, count] of Object.entries(one.ends)) ends[word] = (ends[word] ?? 0) + count
    const sum = (of: (figures: Figures) => number) =>
      cases.reduce((total, { honest }) => total + of(honest), 0)
    const honest = {
      ...worst,
      requests: sum((it) => it.requests),
      failed: sum((it) => it.failed),
      lost: sum((it) => it.lost),
      p50: middle(cases.map((it) => it.honest.p50)),
      p99: Math.max(...cases.map((it) => it.honest.p99)),
    }
    all.push(figures(`${cases.length} cases, one after the other`, honest, ends))
  }
  if (soak !== undefined)
    all.push(figures(`soak of ${(soak.seconds / 60).toFixed(1)} minutes`, soak.honest, soak.ends))
  return all
}

/** Names of the columns of {@link rows}. */
export const COLUMNS = [
  '',
  'requests',
  'refused',
  'lost',
  'honest',
  'failed',
  'lost',
  'p50 ms',
  'p99 ms',
  'max ms',
]

/** Returns the rows about the process: before, after, peak. */
export function vitalRows({ vitals }: AttackRecord): string[][] {
  if (vitals === undefined) return []
  const { fresh, start, end, peak } = vitals
  const mb = (bytes: number) => (bytes / 1e6).toFixed(0)
  return [
    ['rss, MB', mb(fresh.rss), mb(start.rss), mb(end.rss), mb(peak)],
    ['threads', fresh.threads, start.threads, end.threads, ''].map(String),
    ['handles', fresh.handles, start.handles, end.handles, ''].map(String),
  ]
}

/** Names of the columns of {@link vitalRows}. */
export const VITAL_COLUMNS = ['', 'fresh', 'start', 'end', 'peak']

const ms = (value: number) => (value < 10 ? value.toFixed(1) : value.toFixed(0))

function middle(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0
}
