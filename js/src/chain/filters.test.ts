import { expect, test } from 'vitest'
import type { NodeAnswer } from '../type/wire.js'
import { createFilters } from './filters.js'

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

/** Filters of a node that gives ids in a row. */
function begun() {
  const filters = createFilters()
  let count = 0
  const ask = (method: string, client?: string, nowMs = 0, id = '"0x1"') =>
    filters.ask({ client, method, params: `[${id}]`, nowMs }, async () => {
      if (!method.startsWith('eth_new')) return answered('[]')
      count += 1
      return answered(`"0x${count.toString(16)}"`)
    })
  return { filters, ask }
}

test('a client has 250 filters, however many it asks for at a time', async () => {
  const { filters, ask } = begun()
  const methods = ['eth_newBlockFilter', 'eth_newFilter', 'eth_newPendingTransactionFilter']
  const asked = Array.from({ length: 300 }, (_, index) => ask(methods[index % 3] ?? '', 'one'))
  const refused = (await Promise.all(asked)).filter(({ error }) => error !== null)
  expect(refused).toHaveLength(50)
  expect(refused[0]).toMatchObject(full)
  expect(filters.size).toBe(250)
  // Another has its own, and who owns the engine is not counted.
  expect(await ask('eth_newFilter', 'other')).toMatchObject({ error: null })
  expect(await ask('eth_newFilter')).toMatchObject({ error: null })
  expect(await ask('eth_newFilter', 'one')).toMatchObject(full)
  await ask('eth_uninstallFilter', 'one', 0, '"0x1"')
  expect(await ask('eth_newFilter', 'one')).toMatchObject({ error: null })
  expect(await ask('eth_newFilter', 'one')).toMatchObject(full)
  await ask('anvil_reset', 'other')
  expect(filters.size).toBe(0)
})

test('filters that nobody polls for five minutes are not counted', async () => {
  const { filters, ask } = begun()
  for (let count = 0; count < 250; count += 1) await ask('eth_newFilter', 'one')
  await ask('eth_getFilterChanges', 'one', 4 * MINUTE, '"0x7"')
  expect(await ask('eth_newFilter', 'one', 5 * MINUTE)).toMatchObject(full)
  expect(await ask('eth_newFilter', 'one', 5 * MINUTE + 1)).toMatchObject({ error: null })
  expect(filters.size).toBe(2)
  await ask('eth_newFilter', 'other', 30 * MINUTE)
  expect(filters.size).toBe(1)
})

test('a filter that is not opened takes no place', async () => {
  const filters = createFilters()
  const request = { client: 'one', method: 'eth_newFilter', params: '[]', nowMs: 0 }
  for (let count = 0; count < 200; count += 1) {
    const lost = filters.ask(request, () => Promise.reject(new Error('lost')))
    await expect(lost).rejects.toThrow('lost')
    const wrong = { ...answered(''), result: null, error: '{"code":-32602,"message":"filter"}' }
    expect(await filters.ask(request, async () => wrong)).toBe(wrong)
  }
  expect(filters.size).toBe(0)
})
