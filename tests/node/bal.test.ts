import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEvm, type Evm, type Receipt } from '../../dist/js/src/index.js'

/** An embedded block of 9 transactions that carries its access list. */
const fixture = await readFile(new URL('../../fixtures/21429063.json.gz', import.meta.url))
const document = JSON.parse(gunzipSync(fixture).toString())

test('a block runs by the access list of its fixture, every transaction once', async () => {
  await using evm = await createEvm({ build: 'threads', threads: 2 })
  const { checks, schedule, blockAccessList } = await evm.executeBlock({ fixture, executor: 'bal' })
  expect(schedule).toEqual({
    executor: 'bal',
    reason: 'asked for',
    balMismatch: null,
    threads: 2,
    executions: 9,
    reExecutions: 0,
    timeline: null,
  })
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

/** The same block with a balance in its list that nothing leaves. */
function wrongly() {
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
] as const)(
  'a wrong list is found out, and the outcome is right all the same ($build)',
  async (options) => {
    const { wrong, mismatch } = wrongly()
    await using evm = await createEvm(options)
    const { checks, schedule } = await evm.executeBlock({ fixture: wrong, executor: 'bal' })
    expect(schedule.balMismatch).toMatchObject(mismatch)
    expect(schedule.executor).not.toBe('bal')
    expect(schedule.reason).toContain('listed 0x1')
    expect(checks).toMatchObject({ gasUsed: true, receiptsRoot: true, stateRoot: true })
  },
)

describe('workers that share no memory', () => {
  let evm: Evm
  beforeAll(async () => {
    evm = await createEvm({ build: 'single', threads: 3 })
  })
  afterAll(() => evm.close())

  test('run a block by its list as a run in order does', async () => {
    expect(evm.info).toMatchObject({ build: 'single', threads: 3 })
    const told: Receipt[] = []
    const run = await evm.executeBlock({
      fixture,
      executor: 'bal',
      timeline: true,
      blockAccessList: 'returned',
      onReceipt: (receipt) => told.push(receipt),
    })
    const inOrder = await evm.executeBlock({
      fixture,
      executor: 'sequential',
      blockAccessList: 'returned',
    })
    expect(run).toEqual({
      ...inOrder,
      ms: expect.any(Number),
      schedule: {
        executor: 'bal',
        reason: 'asked for',
        balMismatch: null,
        threads: 3,
        executions: 9,
        reExecutions: 0,
        timeline: null,
      },
    })
    expect(told).toEqual(run.receipts)
  })

  test('run one block after the other', async () => {
    const calls = [1, 2, 3].map(() => evm.executeBlock({ fixture, executor: 'bal' }))
    for (const { checks, schedule } of await Promise.all(calls)) {
      expect(checks.stateRoot).toBe(true)
      expect(schedule.executor).toBe('bal')
    }
  })

  test('leave a block without a list to one of them, which makes one', async () => {
    const { blockAccessList: _, ...bare } = document
    const run = await evm.executeBlock({ fixture: bare, executor: 'bal' })
    expect(run.schedule).toMatchObject({ executor: 'sequential', threads: 1, executions: 9 })
    expect(run.schedule.reason).toContain('without an access list')
    expect(run.blockAccessList).toHaveLength(document.blockAccessList.length)
  })

  test('end a call that is aborted, and serve the next one', async () => {
    const controller = new AbortController()
    const call = evm.executeBlock({ fixture, executor: 'bal', signal: controller.signal })
    setTimeout(() => controller.abort(new Error('no longer wanted')), 5)
    await expect(call).rejects.toThrow('no longer wanted')
    const { schedule } = await evm.executeBlock({ fixture, executor: 'bal' })
    expect(schedule.executor).toBe('bal')
  })

  test('name what is wrong with a fixture', async () => {
    await expect(
      evm.executeBlock({ fixture: { ...document, preState: undefined }, executor: 'bal' }),
    ).rejects.toMatchObject({ name: 'InvalidFixtureError', field: 'preState' })
    const { schedule } = await evm.executeBlock({ fixture, executor: 'bal' })
    expect(schedule.executor).toBe('bal')
  })
})
