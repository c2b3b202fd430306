import { expect, test, vi } from 'vitest'
import { CallbackFailedError, guardCallbacks } from './callbacks.js'

test('a callback that throws aborts with its error as the cause', () => {
  const { signal, guard } = guardCallbacks(undefined)
  const cause = new Error('mine')
  const onReceipt = guard('onReceipt', () => {
    throw cause
  })
  onReceipt(1)
  expect(signal.aborted).toBe(true)
  expect(signal.reason).toBeInstanceOf(CallbackFailedError)
  expect(signal.reason).toMatchObject({
    code: 'CALLBACK_FAILED',
    cause,
    data: { callback: 'onReceipt' },
  })
})

test('a callback whose promise rejects aborts with its error as the cause', async () => {
  const { signal, guard, finish } = guardCallbacks(undefined)
  const onReceipt = guard('onReceipt', async () => {
    await Promise.resolve()
    throw new Error('mine')
  })
  onReceipt(1)
  expect(signal.aborted).toBe(false)
  await expect(finish()).rejects.toMatchObject({ cause: { message: 'mine' } })
  expect(signal.aborted).toBe(true)
})

test('finish waits for the promises of callbacks', async () => {
  const { guard, finish } = guardCallbacks(undefined)
  let ended = false
  guard('onReceipt', async () => {
    await new Promise((resolve) => setTimeout(resolve, 10))
    ended = true
  })(1)
  await finish()
  expect(ended).toBe(true)
})

test('no callback is called after an abort', () => {
  const controller = new AbortController()
  const { signal, guard } = guardCallbacks(controller.signal)
  const callback = vi.fn()
  const guarded = guard('onProgress', callback)
  guarded(1)
  controller.abort('enough')
  guarded(2)
  expect(callback.mock.calls).toEqual([[1]])
  expect(signal.reason).toBe('enough')
})

test('a released signal is not followed', () => {
  const controller = new AbortController()
  const { signal, release } = guardCallbacks(controller.signal)
  release()
  controller.abort()
  expect(signal.aborted).toBe(false)
})
