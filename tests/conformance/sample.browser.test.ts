import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { open } from '../browser/open.js'

/** A folder with one folder of files for each suite; `npm test -- conformance` makes it. */
const folder = process.env.PAREVM_FIXTURES

const settings = (['chromium', 'firefox'] as const).flatMap((browser) =>
  [true, false].map((isolated) => ({ browser, isolated })),
)

describe.skipIf(folder === undefined).each(settings)(
  '$browser, isolated: $isolated',
  ({ browser, isolated }) => {
    let page: open.Page
    beforeAll(async () => {
      page = await open({ browser, isolated })
    })
    afterAll(() => page?.close())

    test.each(folder === undefined ? [] : readdirSync(folder))('%s', async (suite) => {
      let passed = 0
      for (const file of listFiles(join(folder ?? '', suite))) {
        const text = readFileSync(file, 'utf8')
        const verdicts = await page.evaluate(
          (parameters) => globalThis.parevmTest.runFile(parameters),
          { suite, file, text },
        )
        const failed = verdicts.filter(({ outcome }) => outcome === 'failed')
        expect(failed).toEqual([])
        passed += verdicts.filter(({ outcome }) => outcome === 'passed').length
      }
      console.log(`${suite}, ${browser}, isolated: ${isolated}: ${passed} passed`)
      expect(passed).toBeGreaterThan(0)
    })
  },
)

function listFiles(path: string): string[] {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return files.map((entry) => join(entry.parentPath, entry.name)).sort()
}
