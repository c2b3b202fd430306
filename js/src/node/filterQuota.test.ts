import { expect, test } from 'vitest'
import type { NodeAnswer } from '../type/wire.js'
import { createFilterQuota } from './filterQuota.js'

const MINUTE = 60_000
const answered = (result: string): NodeAnswer => ({
  result,
  error: null,
  changed: true,
  interval: null,
  notifications: [],
})
const full = {
  result: null,
  error: '{"code":-32005,"message":"250 filters of this client are open: uninstall one"}',
}

/** A quota in front of a node that numbers its filters. */
function start() {
  const quota = createFilterQuota()
  let count = 0
  const ask = (method: string, client?: string, nowMs = 0, id = '"0x1"') =>
    quota.apply({ client, method, params: `[${id}]`, nowMs }, async () => {
      if (!method.startsWith('eth_new')) return answered('[]')
      count += 1
      return answered(`"0x${count.toString(16)}"`)
    })
  return { quota, ask }
}

test('a client has 250 filters, however many it requests at a time', async () => {
  const { quota, ask } = start()
  const methods = ['eth_newBlockFilter', 'eth_newFilter', 'eth_newPendingTransactionFilter']
  const asked = Array.from({ length: 300 }, (_, index) => ask(methods[index % 3] ?? '', 'one'))
  const refused = (await Promise.all(asked)).filter(({ error }) => error !== null)
  expect(refused).toHaveLength(50)
  expect(refused[0]).toMatchObject(full)
  expect(quota.size).toBe(250)
  // Another client has its own; the owner of the engine is not counted.
  expect(await ask('eth_newFilter', 'other')).toMatchObject({ error: null })
  expect(await ask('eth_newFilter')).toMatchObject({ error: null })
  expect(await ask('eth_newFilter', 'one')).toMatchObject(full)
  await ask('eth_uninstallFilter', 'one', 0, '"0x1"')
  expect(await ask('eth_newFilter', 'one')).toMatchObject({ error: null })
  expect(await ask('eth_newFilter', 'one')).toMatchObject(full)
  await ask('anvil_reset', 'other')
  expect(quota.size).toBe(0)
})

test('unpolled filters expire after five minutes', async () => {
  const { quota, ask } = start()
  for (let count = 0; count < 250; count += 1) await ask('eth_newFilter', 'one')
  await ask('eth_getFilterChanges', 'one', 4 * MINUTE, '"0x7"')
  expect(await ask('eth_newFilter', 'one', 5 * MINUTE)).toMatchObject(full)
  expect(await ask('eth_newFilter', 'one', 5 * MINUTE + 1)).toMatchObject({ error: null })
  expect(quota.size).toBe(2)
  await ask('eth_newFilter', 'other', 30 * MINUTE)
  expect(quota.size).toBe(1)
})

test('a failed request does not count as a filter', async () => {
  const quota = createFilterQuota()
  const request = { client: 'one', method: 'eth_newFilter', params: '[]', nowMs: 0 }
  for (let count = 0; count < 200; count += 1) {
    const lost = quota.apply(request, () => Promise.reject(new Error('lost')))
    await expect(lost).rejects.toThrow('lost')
    const wrong = { ...answered(''), result: null, error: '{"code":-32602,"message":"filter"}' }
    expect(await quota.apply(request, async () => wrong)).toBe(wrong)
  }
  expect(quota.size).toBe(0)
})
