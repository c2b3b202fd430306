import { afterAll, beforeAll, describe, test } from 'vitest'
import { expectEnds, scenariosOf } from '../faults/expectation.js'
import type { Build } from '../faults/scenario.js'
import { open } from './open.js'

const settings = (['chromium', 'firefox'] as const).flatMap((browser) => [
  { browser, isolated: true, build: { build: 'threads', threads: 2 } as Build },
  { browser, isolated: false, build: { build: 'single', threads: 1 } as Build },
  { browser, isolated: false, build: { build: 'single', threads: 3 } as Build },
])

describe.each(settings)(
  '$browser, $build.build build, $build.threads',
  ({ browser, isolated, build }) => {
    let page: open.Page
    beforeAll(async () => {
      page = await open({ browser, isolated })
    })
    afterAll(() => page?.close())

    test.each(scenariosOf(build))('%s', async (name) => {
      const outcome = await page.evaluate(
        ({ name, build }) => globalThis.parevmTest.play(name, build),
        { name, build },
      )
      expectEnds(name, build, outcome, browser)
    })
  },
)
