import { expect, test, vi } from 'vitest'
import type { Receipt } from '../type/wire.js'
import { createPending } from './pending.js'

const options = {
  executor: 'auto',
  returnsList: false,
  receipts: false,
  timeline: false,
} as const
const request = { kind: 'executeBlock', fixture: '{}', options } as const

function add(pending = createPending(), signal?: AbortSignal) {
  const id = pending.size + 1
  const onAbort = vi.fn()
  const onProgress = vi.fn()
  const onReceipts = vi.fn()
  const promise = pending.add(id, request, { signal, onAbort, onProgress, onReceipts })
  promise.catch(() => {})
  return { pending, promise, onAbort, onProgress, onReceipts }
}

test('requests are pending until they end', async () => {
  const { pending, promise } = add()
  const second = add(pending)
  expect(pending.size).toBe(2)
  pending.resolve(1, 'one')
  expect(pending.get(1)).toBeUndefined()
  expect(pending.get(2)?.id).toBe(2)
  pending.resolve(2, 'two')
  expect(pending.size).toBe(0)
  expect(await promise).toBe('one')
  expect(await second.promise).toBe('two')
})

test('events after the end of a request have no effect', async () => {
  const { pending, promise, onProgress } = add()
  pending.reject(1, new Error('first'))
  pending.resolve(1, 'late')
  pending.progress(1, 1, 2)
  pending.rejectAll(new Error('later'))
  await expect(promise).rejects.toThrow('first')
  expect(onProgress).not.toHaveBeenCalled()
})

test('an abort rejects with the reason of the signal and calls onAbort once', async () => {
  const controller = new AbortController()
  const { pending, promise, onAbort } = add(createPending(), controller.signal)
  controller.abort(new Error('no longer wanted'))
  await expect(promise).rejects.toThrow('no longer wanted')
  expect(onAbort.mock.calls).toEqual([[1]])
  expect(pending.size).toBe(0)
})

test('an abort after the end has no effect', async () => {
  const controller = new AbortController()
  const { pending, promise, onAbort } = add(createPending(), controller.signal)
  pending.resolve(1, 'done')
  controller.abort()
  expect(await promise).toBe('done')
  expect(onAbort).not.toHaveBeenCalled()
})

test('all pending requests can be rejected at once', async () => {
  const { pending, promise } = add()
  const second = add(pending)
  pending.rejectAll(new Error('the worker died'))
  await expect(promise).rejects.toThrow('the worker died')
  await expect(second.promise).rejects.toThrow('the worker died')
  expect(pending.size).toBe(0)
})

test('progress never goes back', () => {
  const { pending, onProgress } = add()
  for (const committed of [2, 5, 4, 5, 9]) pending.progress(1, committed, 10)
  expect(onProgress.mock.calls.map(([{ committed }]) => committed)).toEqual([2, 5, 9])
})

test('progress reaches its own request', () => {
  const { pending, onProgress } = add()
  const second = add(pending)
  pending.progress(2, 3, 10)
  expect(onProgress).not.toHaveBeenCalled()
  expect(second.onProgress.mock.calls).toEqual([[{ committed: 3, total: 10 }]])
})

test('receipts are emitted in block order, though one message overtakes another', () => {
  const { pending, onReceipts } = add()
  const receipts = (...indices: number[]) =>
    indices.map((transactionIndex) => ({ transactionIndex }) as Receipt)
  pending.receipts(1, 2, receipts(2))
  expect(onReceipts).not.toHaveBeenCalled()
  pending.receipts(1, 3, receipts(3, 4))
  pending.receipts(1, 0, receipts(0, 1))
  pending.receipts(1, 5, receipts(5))
  const emitted = onReceipts.mock.calls.flatMap(([group]) => group)
  expect(emitted.map(({ transactionIndex }) => transactionIndex)).toEqual([0, 1, 2, 3, 4, 5])
})

test('receipts of a request that has ended are dropped', () => {
  const { pending, onReceipts } = add()
  pending.reject(1, new Error('aborted'))
  pending.receipts(1, 0, [])
  expect(onReceipts).not.toHaveBeenCalled()
})
