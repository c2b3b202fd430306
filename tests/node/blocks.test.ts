import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { createEvm } from '../../dist/js/src/index.js'
import { embedded, expectedOf } from '../block/embedded.js'
import { execute } from '../block/execute.js'

describe.each([
  { build: 'threads', threads: 2 },
  { build: 'single', threads: 1 },
] as const)('$build build', (options) => {
  test.each(embedded)('the outcome of block $number equals its header', async (block) => {
    const url = new URL(`../../fixtures/${block.number}.json.gz`, import.meta.url)
    const outcome = await execute(new Uint8Array(await readFile(url)), options)
    expect(outcome).toMatchObject({ ...expectedOf(block), info: options })
    expect(outcome.progress.at(-1)).toBe(1)
    expect(outcome.progress).toEqual(outcome.progress.toSorted((a, b) => a - b))
  })
})

test('the single build executes in order for any executor, with the reason', async () => {
  const fixture = await readFile(new URL('../../fixtures/13217637.json.gz', import.meta.url))
  await using evm = await createEvm({ build: 'single' })
  const { plan } = await evm.executeBlock({ fixture, executor: 'parallel' })
  expect(plan).toMatchObject({
    executor: 'sequential',
    reason: 'the single build has one thread',
    threads: 1,
  })
})
