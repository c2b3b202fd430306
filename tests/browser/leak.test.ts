import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { createEvm } from '../../dist/js/src/index.js'
import type { Life } from '../faults/life.js'
import { open } from './open.js'

/** A worker that stays takes 8 MiB or more, an instance of the wasm 4: 200 of them more than this. */
const MAX_RESIDENT_MIB = 250
/** Browsers keep some pages that were left; 30 of them take 900 MiB. */
const MAX_LEFT_MIB = 600
/** Lives before the first measurement: caches and compilers take their memory. */
const WARM_UP = 10

const engines: { name: string; isolated: boolean; options: createEvm.Options; count: number }[] = [
  { name: 'threads', isolated: true, options: { build: 'threads', threads: 2 }, count: 50 },
  { name: 'single', isolated: false, options: { build: 'single', threads: 1 }, count: 200 },
  { name: "caller's thread", isolated: false, options: { worker: false }, count: 200 },
]

const settings = (['chromium', 'firefox'] as const).flatMap((browser) =>
  engines.map((engine) => ({ browser, ...engine })),
)

describe.each(settings)('$browser, $name', ({ browser, isolated, name, options, count }) => {
  let page: open.Page
  beforeAll(async () => {
    page = await open({ browser, isolated })
  })
  afterAll(() => page?.close())

  const live = (life: Life, count: number) =>
    page.evaluate((them) => globalThis.parevmTest.live(...them), [life, options, count] as const)

  /** Workers of all pages of the origin: each holds a lock as long as it lives. */
  const workers = () =>
    page.evaluate(async () => (await navigator.locks.query()).held?.length, undefined)

  const lives: [Life, number][] = [
    ['closed', count],
    ['besideAnother', 10],
    ['aborted', 10],
  ]
  // There is nothing to kill in the caller's thread.
  if (name !== "caller's thread") lives.push(['killed', 10])

  test.each(lives)('an engine that is %s leaves nothing behind, %i times', async (life, count) => {
    await live(life, WARM_UP)
    const before = await residentMib(page)
    await live(life, count)
    await expect.poll(() => workers(), { timeout: 5_000 }).toBe(0)
    expect((await residentMib(page)) - before).toBeLessThan(MAX_RESIDENT_MIB)
  })

  test('a page that is left takes its engine along, 30 times', async () => {
    const leave = async () => {
      await page.evaluate((options) => globalThis.parevmTest.keep(options), options)
      // Or the count below would show nothing.
      if (options.worker !== false) expect(await workers()).toBeGreaterThan(0)
      await page.page.goto(page.url)
      await page.page.waitForFunction('globalThis.parevmTest !== undefined')
    }
    await leave()
    const before = await residentMib(page)
    for (let round = 0; round < 30; round += 1) await leave()
    await expect.poll(() => workers(), { timeout: 5_000 }).toBe(0)
    // Firefox frees pages that were left when it likes, also without this package: of 40 pages with 20 MiB of shared memory
    // each, all were still there.
    if (browser === 'chromium')
      expect((await residentMib(page)) - before).toBeLessThan(MAX_LEFT_MIB)
  })
})

/** Resident memory of the browser with all of its processes, after a collection of garbage where it can be asked for. */
async function residentMib({ send }: open.Page): Promise<number> {
  await send?.('HeapProfiler.collectGarbage')
  await new Promise((resolve) => setTimeout(resolve, 500))
  const output = execFileSync('ps', ['-axo', 'pid=,ppid=,rss=,comm='], { encoding: 'utf8' })
  const processes = output
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .map(([pid, parent, kib, command]) => ({ pid, parent, kib: Number(kib), command }))
  const below = (parent: string): typeof processes =>
    processes
      .filter((one) => one.parent === parent && one.command !== 'ps')
      .flatMap((one) => [one, ...below(String(one.pid))])
  return below(String(process.pid)).reduce((sum, { kib }) => sum + kib, 0) / 1024
}
