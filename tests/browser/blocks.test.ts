import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { embedded, expectedOf } from '../block/embedded.js'
import { open } from './open.js'

const settings = (['chromium', 'firefox'] as const).flatMap((browser) => [
  { browser, isolated: true, info: { build: 'threads', reason: 'cross-origin isolated' } },
  {
    browser,
    isolated: false,
    info: { build: 'single', threads: 1, reason: 'the page is not cross-origin isolated' },
  },
])

describe.each(settings)('$browser, isolated: $isolated', ({ browser, isolated, info }) => {
  let page: open.Page
  beforeAll(async () => {
    page = await open({ browser, isolated })
  })
  afterAll(() => page?.close())

  test.each(embedded)('the outcome of block $number equals its header', async (block) => {
    const outcome = await page.evaluate(async (number) => {
      const fixture = await fetch(`/fixtures/${number}.json.gz`)
      const bytes = new Uint8Array(await fixture.arrayBuffer())
      return globalThis.parevmTest.execute(bytes, {})
    }, block.number)
    expect(outcome).toMatchObject({ ...expectedOf(block), info })
    expect(outcome.progress.at(-1)).toBe(1)
  })
})

test.each(['chromium', 'firefox'] as const)(
  'a page without isolation executes a block by its access list in workers (%s)',
  async (browser) => {
    const page = await open({ browser, isolated: false })
    try {
      const outcome = await page.evaluate(async () => {
        const fixture = await fetch('/fixtures/21429063.json.gz')
        const bytes = new Uint8Array(await fixture.arrayBuffer())
        return globalThis.parevmTest.execute(bytes, { threads: 3, executor: 'bal' })
      }, undefined)
      expect(outcome).toMatchObject({
        gasUsed: 1_380_489,
        checks: { gasUsed: true, receiptsRoot: true, stateRoot: true },
        info: { build: 'single', threads: 3 },
        plan: { executor: 'bal', threads: 3 },
        statistics: { executions: 9, reExecutions: 0 },
      })
    } finally {
      await page.close()
    }
  },
)
