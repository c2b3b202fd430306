import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type CallbackFailedError, createEvm, type Receipt } from '../../dist/js/src/index.js'

const TRANSACTIONS = 1100
const fixture = await readFile(new URL('../../fixtures/13217637.json.gz', import.meta.url))

/** The same block without signatures: recovering its senders takes longer than running it. */
function unsigned(): object {
  const document = JSON.parse(gunzipSync(fixture).toString())
  for (const transaction of document.block.transactions)
    for (const field of ['r', 's', 'v', 'yParity']) delete transaction[field]
  return document
}

describe.each([
  { build: 'threads', threads: 2 },
  { build: 'single', threads: 1 },
] as const)('$build build', (options) => {
  test('receipts are delivered in block order, and the result has them all', async () => {
    await using evm = await createEvm(options)
    const delivered: Receipt[] = []
    const { receipts } = await evm.executeBlock({
      fixture,
      onReceipt: (one) => delivered.push(one),
    })
    expect(receipts).toHaveLength(TRANSACTIONS)
    expect(delivered).toEqual(receipts)
  })

  test('receipts are delivered before the result', async () => {
    await using evm = await createEvm(options)
    const controller = new AbortController()
    let delivered = 0
    const call = evm.executeBlock({
      fixture,
      signal: controller.signal,
      onReceipt() {
        delivered += 1
        controller.abort(new Error('enough'))
      },
    })
    await expect(call).rejects.toThrow('enough')
    expect(delivered).toBe(1)
  })

  test('a timeline holds every incarnation', async () => {
    await using evm = await createEvm(options)
    const { statistics, ...result } = await evm.executeBlock({ fixture, timeline: true })
    const timeline = result.timeline ?? []
    expect(timeline).toHaveLength(statistics.executions)
    const committed = timeline.filter(({ outcome }) => outcome === 'committed')
    expect(committed.map(({ transactionIndex }) => transactionIndex)).toEqual([
      ...Array(TRANSACTIONS).keys(),
    ])
    for (const { worker, spans, conflict, outcome } of timeline) {
      expect(worker).toBeLessThan(options.threads)
      expect(spans.length).toBeGreaterThan(0)
      for (const { startNs, endNs } of spans) expect(endNs).toBeGreaterThanOrEqual(startNs)
      expect(conflict === null).toBe(outcome === 'committed')
    }
    const end = Math.max(...timeline.flatMap(({ spans }) => spans.map(({ endNs }) => endNs)))
    expect(end).toBeGreaterThan(1e5)
    expect(end).toBeLessThan(60e9)
  })

  test('there is no timeline unless requested', async () => {
    await using evm = await createEvm(options)
    expect((await evm.executeBlock({ fixture })).timeline).toBeNull()
  })

  test.each(['onProgress', 'onReceipt'])(
    'an error of %s is the cause of the rejection',
    async (name) => {
      await using evm = await createEvm(options)
      const cause = new Error('mine')
      const thrower = () => {
        throw cause
      }
      const error: CallbackFailedError = await evm.executeBlock({ fixture, [name]: thrower }).then(
        () => expect.fail('it resolved'),
        (error) => error,
      )
      expect(error).toMatchObject({ name: 'CallbackFailedError', data: { callback: name } })
      expect(error.cause).toBe(cause)
      expect((await evm.executeBlock({ fixture })).receipts).toHaveLength(TRANSACTIONS)
    },
  )

  test('fifty aborts leave no busy thread and no memory behind', {
    timeout: 120_000,
  }, async () => {
    await using evm = await createEvm(options)
    const fixture = JSON.stringify(unsigned())
    const abort = async (after: number) => {
      const controller = new AbortController()
      const call = evm.executeBlock({
        fixture,
        signal: controller.signal,
        onReceipt({ transactionIndex }) {
          if (transactionIndex === after) controller.abort(new Error('enough'))
        },
      })
      await expect(call).rejects.toThrow('enough')
    }
    for (let run = 0; run < 10; run += 1) await abort(run)
    const before = process.memoryUsage().rss
    for (let run = 0; run < 50; run += 1) await abort(run * 10)
    // The state of the block alone takes some megabytes.
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 2 ** 20)

    await new Promise((resolve) => setTimeout(resolve, 500))
    const used = process.cpuUsage()
    await new Promise((resolve) => setTimeout(resolve, 500))
    const { user, system } = process.cpuUsage(used)
    expect(user + system).toBeLessThan(200_000)
    expect((await evm.executeBlock({ fixture })).receipts).toHaveLength(TRANSACTIONS)
  })
})
