import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Verdict } from './case.js'
import { figuresOf } from './crowd.js'
import { frame } from './fuzz/frames.js'
import { METHODS, READS } from './fuzz/methods.js'
import { createRandom } from './random.js'
import { type AttackRecord, rows, sums, vitalRows } from './record.js'
import { lineOf, writeInto } from './report.js'

const size = { rss: 100e6, peak: 120e6, threads: 9, handles: 30 }
const verdict: Verdict = {
  name: 'brackets',
  rule: 2,
  input: '20 MB of [ | {',
  bound: 'body 5 MB',
  ends: { result: 2, '413': 3, closed: 1 },
  ms: 1_500,
  honest: figuresOf([
    { at: 0, ms: 4 },
    { at: 0, ms: 2_000, failure: 'eth_chainId: no answer' },
    { at: 0, ms: 8, lost: true },
  ]),
  before: size,
  after: size,
  peak: 120e6,
  failures: ['an honest request took 2000 ms'],
}
const record: AttackRecord = {
  against: 'parevm',
  version: '1.2.3',
  machine: { cpu: 'x', cores: 2, memory: 2 ** 33, system: 'linux x64', node: 'v20.0.0' },
  seed: 7,
  minutes: 0,
  cases: [verdict],
  vitals: { fresh: size, start: size, end: { ...size, rss: 105e6 }, peak: 120e6 },
  failures: [],
}

test('figures count failures and losses, and take percentiles of all', () => {
  expect(verdict.honest).toEqual({
    requests: 3,
    failed: 1,
    lost: 1,
    p50: 8,
    p99: 2_000,
    max: 2_000,
    failures: ['eth_chainId: no answer'],
  })
})

test('answers, refusals and losses are distinguished', () => {
  expect(
    sums({ result: 2, '-32005': 3, '413': 4, closed: 5, 'lost (-32603)': 6, '55 MB': 1 }),
  ).toEqual([2, 8, 11])
})

test('a line about a case has its failures below', () => {
  expect(
    lineOf(verdict),
  ).toBe(`FAILED 2 brackets (1.5 s): 3 413, 2 result, 1 closed; honest: 3, max 2000 ms; +20 MB
         an honest request took 2000 ms`)
})

test('tables have the figures of the run', () => {
  expect(rows(record)).toEqual([
    ['1 cases, one after the other', '6', '3', '1', '3', '1', '1', '8.0', '2000', '2000'],
  ])
  expect(vitalRows(record)).toEqual([
    ['rss, MB', '100', '100', '105', '120'],
    ['threads', '9', '9', '9', ''],
    ['handles', '30', '30', '30', ''],
  ])
})

test('tables are written between the markers of a document, and again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'parevm-'))
  try {
    const file = join(folder, 'document.md')
    await writeFile(file, 'before\n<!-- attack: begin -->\nold\n<!-- attack: end -->\nafter\n')
    writeInto(file, [record])
    const once = await readFile(file, 'utf8')
    writeInto(file, [record])
    expect(await readFile(file, 'utf8')).toBe(once)
    expect(once).toMatch(/^before\n<!-- attack: begin -->\n\n### parevm 1\.2\.3\n/)
    expect(once).toContain(
      '| 2 | brackets | 20 MB of [ \\| { | body 5 MB | **an honest request took 2000 ms**; 413, result, closed; 2000 ms |',
    )
    expect(once).toMatch(/<!-- attack: end -->\nafter\n$/)
    expect(once).not.toContain('old')
    await writeFile(file, 'nothing')
    expect(() => writeInto(file, [record])).toThrow(/markers/)
  } finally {
    await rm(folder, { recursive: true })
  }
})

/** https://www.rfc-editor.org/rfc/rfc6455#section-5.7 */
test('a frame is as RFC 6455 writes it, and as it must not be', () => {
  const random = { ...createRandom(1), bytes: () => Uint8Array.of(0x37, 0xfa, 0x21, 0x3d) }
  const payload = Buffer.from('Hello')
  const hex = (options: Parameters<typeof frame>[1]) =>
    Buffer.from(frame(random, options)).toString('hex')
  expect(hex({ payload })).toBe('818537fa213d7f9f4d5158')
  expect(hex({ payload, isMasked: false })).toBe('810548656c6c6f')
  expect(hex({ payload: Buffer.from('Hel'), isMasked: false, final: false })).toBe('010348656c')
  expect(hex({ payload, isMasked: false, opcode: 9 })).toBe('890548656c6c6f')
  expect(hex({ payload: new Uint8Array(256), opcode: 2, isMasked: false }).slice(0, 8)).toBe(
    '827e0100',
  )
  expect(hex({ payload, isMasked: false, reserved: 7, lengthBytes: 8 })).toBe(
    'f17f000000000000000548656c6c6f',
  )
})

test('the fuzz knows every method, and those that change nothing', () => {
  expect(METHODS.length).toBeGreaterThan(170)
  expect(READS).toContain('eth_call')
  expect(READS).toContain('debug_traceCall')
  for (const name of [
    'anvil_reset',
    'evm_revert',
    'hardhat_setBalance',
    'eth_sendTransaction',
    'debug_clearTxpool',
    'anvil_loadState',
  ])
    expect(READS).not.toContain(name)
})
