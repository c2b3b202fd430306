import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createIntervalMiner } from './intervalMiner.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('blocks are mined at the interval, one after the other', async () => {
  const request = vi.fn(async () => undefined as never)
  const miner = createIntervalMiner({ request })
  miner.setInterval(2)
  await vi.advanceTimersByTimeAsync(1999)
  expect(request).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(4001)
  expect(request.mock.calls).toEqual([['evm_mine'], ['evm_mine'], ['evm_mine']])
})

test('a failed block does not stop the miner; a new interval replaces the old, and null stops', async () => {
  const request = vi.fn(() => Promise.reject(new Error('lost')))
  const miner = createIntervalMiner({ request })
  miner.setInterval(1)
  await vi.advanceTimersByTimeAsync(2000)
  expect(request).toHaveBeenCalledTimes(2)
  miner.setInterval(10)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(request).toHaveBeenCalledTimes(3)
  miner.setInterval(null)
  await vi.advanceTimersByTimeAsync(100_000)
  expect(request).toHaveBeenCalledTimes(3)
})

test('an interval that changes while a block is mined starts no second timer', async () => {
  const miner = createIntervalMiner({ request })
  function request(): Promise<never> {
    asked += 1
    if (asked === 1) miner.setInterval(5)
    return Promise.resolve(undefined as never)
  }
  let asked = 0
  miner.setInterval(1)
  await vi.advanceTimersByTimeAsync(1000)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(asked).toBe(3)
})

test('an interval above the longest delay of a timer does not mine at once', async () => {
  const request = vi.fn(async () => undefined as never)
  const miner = createIntervalMiner({ request })
  miner.setInterval(3_000_000)
  await vi.advanceTimersByTimeAsync(2 ** 31 - 2)
  expect(request).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(request).toHaveBeenCalledTimes(1)
})
