import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { createEvm } from '../../dist/js/src/index.js'

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

test('a wrong list is found out, and the outcome is right all the same', async () => {
  const wrong = structuredClone(document)
  const account = wrong.blockAccessList.find(
    ({ balanceChanges }: { balanceChanges: unknown[] }) => balanceChanges.length > 0,
  )
  account.balanceChanges[0].postBalance = '0x1'
  await using evm = await createEvm({ build: 'threads', threads: 2 })
  const { checks, schedule } = await evm.executeBlock({ fixture: wrong, executor: 'bal' })
  expect(schedule.balMismatch).toMatchObject({
    kind: 'differs',
    address: account.address.toLowerCase(),
    index: Number(account.balanceChanges[0].blockAccessIndex),
  })
  expect(schedule.executor).not.toBe('bal')
  expect(schedule.reason).toContain('listed 0x1')
  expect(checks).toMatchObject({ gasUsed: true, receiptsRoot: true, stateRoot: true })
})
