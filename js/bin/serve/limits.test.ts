import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { UsageError } from '../usage.js'
import { DEFAULTS, LIMITS, limitsOf, limitsTable } from './limits.js'

test('the table of docs/limits.md is the table of the limits', () => {
  const page = readFileSync(new URL('../../../docs/limits.md', import.meta.url), 'utf8')
  const [, table] = /<!-- table of limits -->\n([\s\S]*?)\n<!-- end of limits -->/.exec(page) ?? []
  expect(table).toBe(limitsTable())
})

test('limits have their defaults where no flag sets others', () => {
  expect(limitsOf([])).toEqual(DEFAULTS)
  expect(DEFAULTS).toMatchObject({
    body: 5 * 2 ** 20,
    bodies: 64 * 2 ** 20,
    batch: 1_000,
    'batch-answer': 25_000_000,
    answer: 25_000_000,
    depth: 256,
    buffer: 16 * 2 ** 20,
    heartbeat: 30_000,
  })
})

test('a flag sets one limit and leaves the others', () => {
  expect(limitsOf(['body=10000000', 'batch=1'])).toEqual({
    ...DEFAULTS,
    body: 10_000_000,
    batch: 1,
  })
})

test.each([
  ['bodi=1', /no limit "bodi"; did you mean body\?/],
  ['Batch=1', /did you mean batch\?/],
  ['zzzzzzzzzz=1', /they are body, client-bodies, bodies/],
  ['constructor=1', /no limit "constructor"/],
  ['', /no limit ""/],
  ['body', /--limit body= takes a whole number from 1 to \d+, not ""/],
  ['body=', /not ""/],
  ['body=0', /not "0"/],
  ['body=-1', /not "-1"/],
  ['body=1.5', /not "1.5"/],
  ['body=1e6', /not "1e6"/],
  ['body=536870889', /from 1 to 536870888/],
  ['header=1023', /from 1024 to 1048576/],
  ['header-time=2147483648', /from 1 to 2147483647/],
])('--limit %s is refused', (flag, message) => {
  expect(() => limitsOf([flag])).toThrow(UsageError)
  expect(() => limitsOf([flag])).toThrow(message)
})

test('a limit is set once', () => {
  expect(() => limitsOf(['body=1', 'body=2'])).toThrow('--limit body is given more than once')
})

test.each(['x'.repeat(1_000_000), `body=${'9'.repeat(1_000_000)}`])(
  'a flag of a million characters is not repeated in full',
  (flag) => {
    expect(() => limitsOf([flag])).toThrow(/^.{1,1000}$/s)
  },
)

test('each limit takes its default', () => {
  for (const [name, { default: value }] of Object.entries(LIMITS))
    expect(limitsOf([`${name}=${value}`])).toEqual(DEFAULTS)
})

test('limits of the engine have the defaults that createEvm has', () => {
  const rust = readFileSync(
    new URL('../../../crate/node/src/node/limits.rs', import.meta.url),
    'utf8',
  )
  expect(rust).toContain('time: 10_000,')
  expect(rust).toContain('memory: 512 << 20,')
  expect(rust).toContain('gas: 50_000_000,')
  expect(DEFAULTS).toMatchObject({ time: 10_000, memory: 512 << 20, gas: 50_000_000 })
})
