import { ask, pause } from './client.js'
import { type Crowd, collect, type Figures, figuresOf } from './crowd.js'
import type { Random } from './random.js'
import { resetPeak, startTarget, type Target, type Vitals, vitals } from './target.js'

/** One attack: what is sent, what bounds it, and how it may end. */
export type Case = {
  readonly name: string
  /** Number of the rule, from 1 to 9, as docs/reliability.md lists them. */
  readonly rule: number
  /** What is sent, in words. */
  readonly input: string
  /** What bounds it, in words. */
  readonly bound: string
  /**
   * Words with which its requests may end: `result`, a code of JSON-RPC, a status of HTTP, `closed`
   * for a connection that the server closed. `refused` stands for any code and any status from 400.
   */
  readonly expected: readonly string[]
  /** One of these has to be among the ends; without it the bound was never met. */
  readonly needed?: readonly string[]
  /** Takes longer than ten seconds: left out of the short form. */
  readonly isSlow?: true
  /** Whether it brings the chain back to a snapshot of its own: not while others change it. */
  rewinds?: boolean
  /** Ends workers through the debugger, so that one request per end may be lost. */
  readonly endsWorkers?: true
  /** Only parevm has what it needs. */
  readonly onlyParevm?: true
  /** Starts servers of its own, with honest clients of their own where it needs them. */
  readonly isApart?: true
  /** Sends it, and returns how each request ended, in one word. */
  readonly attack: (ground: Ground) => Promise<string[]>
}

/** What an attack may use. */
export type Ground = { target: Target; url: string; port: number; random: Random }

/** Outcome of a case. */
export type Verdict = {
  name: string
  rule: number
  input: string
  bound: string
  /** How many requests ended with which word. */
  ends: Record<string, number>
  ms: number
  honest: Figures
  before: Vitals
  after: Vitals
  /** Largest size meanwhile, in bytes. */
  peak: number
  /** Why it failed; empty where it did not. */
  failures: string[]
}

/** An honest request that takes longer is hindered. */
const HONEST_MS = 1_000
/** Memory that one attack may take for itself: the engine's 512 MiB, and bodies and answers of 64 MB each. */
const MOST_GROWTH = 700e6
/** Handles that may be open longer than their connection: keep-alive, files that are read. */
const SPARE_HANDLES = 12

/** A case that is not through by then has been kept waiting by the server. */
const LONGEST_MS = 120_000

/** Runs one case against a server that honest clients use, and judges it. */
export async function runCase(one: Case, ground: Ground, crowd: Crowd): Promise<Verdict> {
  const { target } = ground
  const { pid } = target
  const failures: string[] = []
  const chain = await chainOf(target.url).catch((error: unknown) => String(error))
  const before = vitals(pid)
  resetPeak(pid)
  crowd.go()
  await pause(100)
  const start = performance.now()
  const words = await Promise.race([
    one.attack(ground).catch((error: unknown) => [`attack failed: ${error}`]),
    pause(LONGEST_MS).then(() => ['did not end']),
  ])
  const ms = performance.now() - start
  await pause(200)
  const figures = figuresOf(await crowd.rest())
  const { peak } = vitals(pid)
  const after = await quiet(pid, before.handles + SPARE_HANDLES)

  const ends: Record<string, number> = {}
  for (const word of words) ends[word] = (ends[word] ?? 0) + 1
  const wrong = Object.keys(ends).filter((word) => !isOneOf(word, one.expected))
  if (words.length === 0) failures.push('nothing was sent')
  if (wrong.length > 0) failures.push(`ended with ${wrong.join(', ')}`)
  if (one.needed !== undefined && !words.some((word) => isOneOf(word, one.needed ?? [])))
    failures.push(`none ended with ${one.needed.join(', ')}`)
  if (target.exit !== undefined)
    failures.push(`the server ended (${target.exit}): ${target.stderr().slice(-600)}`)
  else {
    const now = await chainOf(target.url).catch((error: unknown) => String(error))
    if (now !== chain) failures.push(`the chain is another: ${difference(chain, now)}`)
    if (after.handles > before.handles + SPARE_HANDLES)
      failures.push(`${after.handles - before.handles} handles are left`)
  }
  if (figures.failed > 0)
    failures.push(`${figures.failed} honest requests failed: ${figures.failures[0]}`)
  if (figures.lost > (one.endsWorkers ? words.length : 0))
    failures.push(`${figures.lost} honest requests were lost with an engine`)
  if (figures.max > HONEST_MS) failures.push(`an honest request took ${figures.max.toFixed(0)} ms`)
  if (peak - before.rss > MOST_GROWTH)
    failures.push(`it took ${((peak - before.rss) / 1e6).toFixed(0)} MB of memory`)
  const { name, rule, input, bound } = one
  return { name, rule, input, bound, ends, ms, honest: figures, before, after, peak, failures }
}

/** Runs cases one after the other, and starts the server anew where one has ended it. */
export async function runCases(parameters: runCases.Parameters): Promise<Verdict[]> {
  const { cases, random, onVerdict } = parameters
  let { target, crowd } = parameters
  const verdicts: Verdict[] = []
  try {
    for (const one of cases) {
      const { url, port } = target
      const verdict = await runCase(one, { target, url, port, random }, crowd)
      verdicts.push(verdict)
      onVerdict?.(verdict)
      const isOther = verdict.failures.some((failure) => failure.startsWith('the chain'))
      const isOurs = parameters.options?.url === undefined
      if (!isOurs || (target.exit === undefined && !isOther)) continue
      const last = { target, crowd }
      target = await startTarget(parameters.options)
      crowd = await collect(target.url)
      await Promise.all([last.crowd.stop(), last.target.stop()])
    }
  } finally {
    parameters.onEnd?.({ target, crowd })
  }
  return verdicts
}

export declare namespace runCases {
  type Parameters = {
    cases: readonly Case[]
    target: Target
    crowd: Crowd
    random: Random
    /** With which another server is started. */
    options?: startTarget.Options | undefined
    onVerdict?: ((verdict: Verdict) => void) | undefined
    /** Called with the server that runs at the end and its clients. */
    onEnd?: ((left: { target: Target; crowd: Crowd }) => void) | undefined
  }
}

function isOneOf(word: string, expected: readonly string[]): boolean {
  if (expected.includes(word)) return true
  return expected.includes('refused') && (/^-\d+$/.test(word) || /^[45]\d\d$/.test(word))
}

/** Returns what must be the same afterwards: head, state, balances, pool, mining. */
export async function chainOf(url: string): Promise<string> {
  type Head = { number: string; hash: string; stateRoot: string }
  const { number, hash, stateRoot } = await ask<Head>(url, 'eth_getBlockByNumber', [
    'latest',
    false,
  ])
  const accounts = await ask<string[]>(url, 'eth_accounts')
  const balances = await Promise.all(
    accounts.map((account) => ask(url, 'eth_getBalance', [account, 'latest'])),
  )
  const pool = await ask(url, 'txpool_status')
  const automine = await ask(url, 'anvil_getAutomine')
  return JSON.stringify({ number, hash, stateRoot, balances, pool, automine })
}

function difference(before: string, after: string): string {
  try {
    const [one, other] = [JSON.parse(before), JSON.parse(after)]
    const names = Object.keys(one).filter(
      (name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]),
    )
    return names
      .map((name) => `${name} ${JSON.stringify(other[name])}`)
      .join(', ')
      .slice(0, 200)
  } catch {
    return after.slice(0, 200)
  }
}

/** Waits until the process has closed what it had open, three seconds at most. */
async function quiet(pid: number, handles: number): Promise<Vitals> {
  for (let round = 0; round < 30; round += 1) {
    if (vitals(pid).handles <= handles) break
    await pause(100)
  }
  return vitals(pid)
}
