import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { createEvm } from '../../dist/js/src/index.js'
import { open } from './open.js'

const engines: { name: string; isolated: boolean; options: createEvm.Options }[] = [
  { name: 'threads', isolated: true, options: { build: 'threads', threads: 2 } },
  { name: 'single', isolated: false, options: { build: 'single', threads: 1 } },
  { name: "caller's thread", isolated: false, options: { worker: false } },
]
const settings = (['chromium', 'firefox'] as const).flatMap((browser) =>
  engines.map((engine) => ({ browser, ...engine })),
)

describe.each(settings)('$browser, $name', ({ browser, isolated, options }) => {
  let page: open.Page
  beforeEach(async () => {
    page = await open({ browser, isolated })
  })
  afterEach(() => page?.close())

  const keep = () => page.evaluate((options) => globalThis.parevmTest.keep(options), options)
  const call = () => page.evaluate(() => globalThis.parevmTest.callKept(), undefined)

  test('an engine works after the way back to its page', async () => {
    await keep()
    await page.page.goto(`${page.url}?away`)
    // Not by the driver, which waits for a load that a kept page does not have.
    await page.evaluate(async () => history.back(), undefined)
    await page.page.waitForFunction('location.search === "" && globalThis.parevmTest !== undefined')
    // A page that was loaded anew has no engine and gets one.
    if ((await call()) === undefined) await keep()
    expect(await call()).toBe(42)
  })

  // Only Chromium freezes a page on request.
  test.runIf(browser === 'chromium')('a frozen page answers when it is resumed', async () => {
    await keep()
    const setState = (state: 'frozen' | 'active') =>
      page.send?.('Page.setWebLifecycleState', { state })
    await setState('frozen')
    const answer = call()
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    await setState('active')
    expect(await answer).toBe(42)
    expect(await call()).toBe(42)
  })
})
