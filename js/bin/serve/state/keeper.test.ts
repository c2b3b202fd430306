import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readState } from './file.js'
import { createKeeper } from './keeper.js'

/** A keeper whose saves end when the test says so. */
async function slowKeeper() {
  const path = join(await mkdtemp(join(tmpdir(), 'parevm-')), 'chain')
  const saves: { resolve(chain: Uint8Array): void; reject(error: Error): void }[] = []
  const keeper = createKeeper({
    path,
    intervalMs: 2 ** 30,
    bytes: 0,
    save: () => new Promise((resolve, reject) => saves.push({ resolve, reject })),
    head: () => ({ parevm: '0.1.0', savedAt: '2026-12-01T10:00:00.000Z', beginning: {} }),
  })
  return { keeper, saves, found: async () => (await readState(path))?.chain }
}

test('two saves never run at once, and a chain that has not changed is not saved', async () => {
  const { keeper, saves, found } = await slowKeeper()
  await keeper.keep()
  expect(saves).toHaveLength(0)
  keeper.changed()
  const both = Promise.all([keeper.keep(), keeper.keep()])
  expect(saves).toHaveLength(1)
  saves[0]?.resolve(new Uint8Array([1]))
  await both
  expect(await found()).toEqual(Buffer.from([1]))
  expect(keeper.lost()).toBeUndefined()
  await keeper.keep()
  expect(saves).toHaveLength(1)
})

test('the exit saves changes made during a save', async () => {
  const { keeper, saves, found } = await slowKeeper()
  keeper.changed()
  const first = keeper.keep()
  keeper.changed()
  const end = keeper.end()
  saves[0]?.resolve(new Uint8Array([1]))
  await first
  await expect.poll(() => saves.length).toBe(2)
  saves[1]?.resolve(new Uint8Array([1, 2]))
  expect(await end).toBe(true)
  expect(await found()).toEqual(Buffer.from([1, 2]))
})

test('an exit without a save reports the loss and keeps the file', async () => {
  const { keeper, saves, found } = await slowKeeper()
  keeper.changed()
  const first = keeper.keep()
  saves[0]?.resolve(new Uint8Array([1]))
  await first
  keeper.changed()
  const end = keeper.end()
  await expect.poll(() => saves.length).toBe(2)
  saves[1]?.reject(new Error('the engine is gone'))
  expect(await end).toBe(false)
  expect(keeper.lost()).toMatch(/^the chain was not saved: .* holds it as it was \d+ s ago$/)
  expect(await found()).toEqual(Buffer.from([1]))
})
