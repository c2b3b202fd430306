import { afterAll, beforeAll, describe, test } from 'vitest'
import { expectHeld, RUNS, SEED } from '../faults/hostile/expectation.js'
import { open } from './open.js'

const settings = (['chromium', 'firefox'] as const).flatMap((browser) => [
  { browser, isolated: true, build: 'threads' as const, threads: 2 },
  { browser, isolated: false, build: 'single' as const, threads: 1 },
])

describe.each(settings)('$browser, $build build', ({ browser, isolated, build, threads }) => {
  let page: open.Page
  beforeAll(async () => {
    page = await open({ browser, isolated })
  })
  afterAll(() => page?.close())

  test(`${RUNS} hostile runs do not hang the page`, async () => {
    const outcome = await page.evaluate(
      (parameters) => globalThis.parevmTest.playHostile(parameters),
      { seed: SEED, runs: RUNS, build, threads },
    )
    expectHeld(`${browser}, ${build}`, outcome)
  }, 300_000)
})
