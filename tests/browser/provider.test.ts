import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { open } from './open.js'

const settings = (['chromium', 'firefox'] as const).flatMap((browser) => [
  { browser, isolated: true, build: 'threads' },
  { browser, isolated: false, build: 'single' },
])

describe.each(settings)('$browser, isolated: $isolated', ({ browser, isolated, build }) => {
  let page: open.Page
  beforeAll(async () => {
    page = await open({ browser, isolated })
  })
  afterAll(() => page?.close())

  test('a page finds the provider and sends requests', async () => {
    expect(await page.evaluate(() => globalThis.parevmTest.askProvider(), undefined)).toEqual({
      build,
      name: 'A chain',
      connected: { chainId: '0x7a69' },
      chainId: '0x7a69',
      gas: '21000',
      unknown: { name: 'MethodNotFoundRpcError', code: -32601 },
      endless: { name: 'TimeoutRpcError', code: -32016 },
      after: '0x0',
    })
  })
})
