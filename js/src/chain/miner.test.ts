import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createMiner } from './miner.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('blocks are asked for at the pace, one after the other', async () => {
  const request = vi.fn(async () => undefined as never)
  const miner = createMiner({ request })
  miner.pace(2)
  await vi.advanceTimersByTimeAsync(1999)
  expect(request).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(4001)
  expect(request.mock.calls).toEqual([['evm_mine'], ['evm_mine'], ['evm_mine']])
})

test('a failed block is no reason to stop, another pace and no pace are', async () => {
  const request = vi.fn(() => Promise.reject(new Error('lost')))
  const miner = createMiner({ request })
  miner.pace(1)
  await vi.advanceTimersByTimeAsync(2000)
  expect(request).toHaveBeenCalledTimes(2)
  miner.pace(10)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(request).toHaveBeenCalledTimes(3)
  miner.pace(null)
  await vi.advanceTimersByTimeAsync(100_000)
  expect(request).toHaveBeenCalledTimes(3)
})

test('a pace that changes while a block is made does not make two miners', async () => {
  const miner = createMiner({ request })
  function request(): Promise<never> {
    asked += 1
    if (asked === 1) miner.pace(5)
    return Promise.resolve(undefined as never)
  }
  let asked = 0
  miner.pace(1)
  await vi.advanceTimersByTimeAsync(1000)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(asked).toBe(3)
})

test('an interval longer than a timer can wait does not mine at once', async () => {
  const request = vi.fn(async () => undefined as never)
  const miner = createMiner({ request })
  miner.pace(3_000_000)
  await vi.advanceTimersByTimeAsync(2 ** 31 - 2)
  expect(request).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(request).toHaveBeenCalledTimes(1)
})
