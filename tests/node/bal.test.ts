import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEvm, type Evm, type Receipt } from '../../dist/js/src/index.js'

/** Embedded block of 9 transactions with its block access list. */
const fixture = await readFile(new URL('../../fixtures/21429063.json.gz', import.meta.url))
const document = JSON.parse(gunzipSync(fixture).toString())

test('a block is executed by the access list of its fixture, each transaction once', async () => {
  await using evm = await createEvm({ build: 'threads', threads: 2 })
  const run = await evm.executeBlock({ fixture, executor: 'bal' })
  const { checks, blockAccessList } = run
  expect(run.plan).toEqual({
    executor: 'bal',
    reason: 'asked for',
    balMismatch: null,
    threads: 2,
  })
  expect(run.statistics).toEqual({ executions: 9, reExecutions: 0 })
  expect(run.timeline).toBe(null)
  expect(checks).toMatchObject({ gasUsed: true, receiptsRoot: true, stateRoot: true })
  expect(blockAccessList).toBe(null)
})

test.each([
  { build: 'threads', executor: 'parallel' },
  { build: 'threads', executor: 'bal' },
  { build: 'single', executor: 'sequential' },
] as const)('the $build build returns the list ($executor)', async ({ build, executor }) => {
  await using evm = await createEvm({ build })
  const run = await evm.executeBlock({ fixture, executor, blockAccessList: 'returned' })
  const listed = run.blockAccessList ?? []
  expect(listed.map(({ address }) => address)).toEqual(
    document.blockAccessList.map(({ address }: { address: string }) => address.toLowerCase()),
  )
  const at = listed.findIndex(({ balanceChanges }) => balanceChanges.length > 0)
  const [change] = document.blockAccessList[at].balanceChanges
  expect(listed[at]?.balanceChanges[0]).toEqual({
    index: Number(change.blockAccessIndex),
    value: BigInt(change.postBalance),
  })
})

/** Returns the same block with a wrong balance in its list. */
function withWrongList() {
  const wrong = structuredClone(document)
  const account = wrong.blockAccessList.find(
    ({ balanceChanges }: { balanceChanges: unknown[] }) => balanceChanges.length > 0,
  )
  account.balanceChanges[0].postBalance = '0x1'
  const mismatch = {
    kind: 'differs',
    address: account.address.toLowerCase(),
    index: Number(account.balanceChanges[0].blockAccessIndex),
  }
  return { wrong, mismatch }
}

test.each([
  { build: 'threads', threads: 2 },
  { build: 'single', threads: 2 },
] as const)('a wrong list is detected, and the outcome is correct ($build)', async (options) => {
  const { wrong, mismatch } = withWrongList()
  await using evm = await createEvm(options)
  const { checks, plan } = await evm.executeBlock({ fixture: wrong, executor: 'bal' })
  expect(plan.balMismatch).toMatchObject(mismatch)
  expect(plan.executor).not.toBe('bal')
  expect(plan.reason).toContain('listed 0x1')
  expect(checks).toMatchObject({ gasUsed: true, receiptsRoot: true, stateRoot: true })
})

describe('workers without shared memory', () => {
  let evm: Evm
  beforeAll(async () => {
    evm = await createEvm({ build: 'single', threads: 3 })
  })
  afterAll(() => evm.close())

  test('execute a block by its list, equal to sequential execution', async () => {
    expect(evm.info).toMatchObject({ build: 'single', threads: 3 })
    const delivered: Receipt[] = []
    const run = await evm.executeBlock({
      fixture,
      executor: 'bal',
      timeline: true,
      blockAccessList: 'returned',
      onReceipt: (receipt) => delivered.push(receipt),
    })
    const sequential = await evm.executeBlock({
      fixture,
      executor: 'sequential',
      blockAccessList: 'returned',
    })
    expect(run).toEqual({
      ...sequential,
      timeMs: expect.any(Number),
      plan: { executor: 'bal', reason: 'asked for', balMismatch: null, threads: 3 },
      statistics: { executions: 9, reExecutions: 0 },
      timeline: null,
    })
    expect(delivered).toEqual(run.receipts)
  })

  test('execute one block after the other', async () => {
    const calls = [1, 2, 3].map(() => evm.executeBlock({ fixture, executor: 'bal' }))
    for (const { checks, plan } of await Promise.all(calls)) {
      expect(checks.stateRoot).toBe(true)
      expect(plan.executor).toBe('bal')
    }
  })

  test('leave a block without a list to one of them, which records one', async () => {
    const { blockAccessList: _, ...bare } = document
    const run = await evm.executeBlock({ fixture: bare, executor: 'bal' })
    expect(run.plan).toMatchObject({ executor: 'sequential', threads: 1 })
    expect(run.statistics.executions).toBe(9)
    expect(run.plan.reason).toContain('no access list is at hand')
    expect(run.blockAccessList).toHaveLength(document.blockAccessList.length)
  })

  test('abort a call, and serve the next one', async () => {
    const controller = new AbortController()
    const call = evm.executeBlock({ fixture, executor: 'bal', signal: controller.signal })
    setTimeout(() => controller.abort(new Error('no longer wanted')), 5)
    await expect(call).rejects.toThrow('no longer wanted')
    const { plan } = await evm.executeBlock({ fixture, executor: 'bal' })
    expect(plan.executor).toBe('bal')
  })

  test('name the invalid field of a fixture', async () => {
    await expect(
      evm.executeBlock({ fixture: { ...document, preState: undefined }, executor: 'bal' }),
    ).rejects.toMatchObject({ name: 'InvalidFixtureError', field: 'preState' })
    const { plan } = await evm.executeBlock({ fixture, executor: 'bal' })
    expect(plan.executor).toBe('bal')
  })
})
