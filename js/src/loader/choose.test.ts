import { expect, test } from 'vitest'
import { choose } from './choose.js'
import type { Features } from './features.js'

const page: Features = {
  runtime: 'browser',
  workers: true,
  isolated: true,
  sharedMemory: true,
  cores: 8,
}

test('an isolated page gets threads, one per core', () => {
  expect(choose(page)).toEqual({
    build: 'threads',
    threads: 8,
    worker: true,
    reason: 'cross-origin isolated',
  })
})

test('Node.js gets threads', () => {
  expect(choose({ ...page, runtime: 'node' })).toEqual({
    build: 'threads',
    threads: 8,
    worker: true,
    reason: 'Node.js with worker threads',
  })
})

test('a page that is not isolated gets the single build, with as many workers as it wants', () => {
  const reason = 'the page is not cross-origin isolated'
  const features = { ...page, isolated: false, sharedMemory: false }
  expect(choose(features)).toEqual({ build: 'single', threads: 1, worker: true, reason })
  expect(choose(features, { threads: 4 })).toEqual({
    build: 'single',
    threads: 4,
    worker: true,
    reason,
  })
})

test('a host whose wasm cannot share memory gets the single build', () => {
  expect(choose({ ...page, sharedMemory: false })).toEqual({
    build: 'single',
    threads: 1,
    worker: true,
    reason: 'wasm cannot share memory here',
  })
})

test('one core or one thread means the single build', () => {
  expect(choose({ ...page, cores: 1 }).build).toBe('single')
  expect(choose(page, { threads: 1 })).toEqual({
    build: 'single',
    threads: 1,
    worker: true,
    reason: 'one thread was asked for',
  })
})

test('the number of threads is the one asked for, and at most 16 by default', () => {
  expect(choose(page, { threads: 3 }).threads).toBe(3)
  expect(choose({ ...page, cores: 128 }).threads).toBe(16)
})

test('a build can be insisted on', () => {
  expect(choose(page, { build: 'single' })).toMatchObject({ build: 'single', threads: 1 })
  expect(choose(page, { build: 'single', threads: 2 })).toMatchObject({ threads: 2 })
  expect(choose(page, { build: 'threads', threads: 1 })).toMatchObject({
    build: 'threads',
    threads: 1,
  })
})

test('insisting on threads where there are none is an error with a hint', () => {
  const features = { ...page, isolated: false, sharedMemory: false }
  expect(() => choose(features, { build: 'threads' })).toThrow(
    expect.objectContaining({
      name: 'UnsupportedRuntimeError',
      code: 'UNSUPPORTED_RUNTIME',
      hint: expect.stringContaining('same-origin'),
    }),
  )
})

test('a host without workers gets the single build in the thread of the caller', () => {
  const reason = 'workers cannot be started here'
  const here = { build: 'single', threads: 1, worker: false, reason }
  expect(choose({ ...page, workers: false })).toEqual(here)
  expect(choose({ ...page, workers: false }, { threads: 4 })).toEqual(here)
  expect(() => choose({ ...page, workers: false }, { build: 'threads' })).toThrow(
    expect.objectContaining({ name: 'UnsupportedRuntimeError' }),
  )
})

test('the thread of the caller can be asked for, and is one', () => {
  const reason = "the caller's thread was asked for"
  const here = { build: 'single', threads: 1, worker: false, reason }
  expect(choose(page, { worker: false })).toEqual(here)
  expect(choose(page, { worker: false, threads: 1, build: 'single' })).toEqual(here)
  expect(() => choose(page, { worker: false, threads: 2 })).toThrow(/`threads`/)
  expect(() => choose(page, { worker: false, build: 'threads' })).toThrow(
    expect.objectContaining({ name: 'UnsupportedRuntimeError' }),
  )
})

test('the wasm that was given decides the build', () => {
  expect(choose(page, { builds: ['single'] })).toMatchObject({ build: 'single', threads: 1 })
  expect(choose(page, { builds: ['threads'], threads: 1 })).toMatchObject({ build: 'threads' })
  expect(choose({ ...page, cores: 1 }, { builds: ['threads'] })).toMatchObject({ build: 'threads' })
  for (const options of [{ worker: false }, { build: 'single' as const }])
    expect(() => choose(page, { ...options, builds: ['threads'] })).toThrow(/`wasm`/)
  expect(() => choose(page, { build: 'threads', builds: ['single'] })).toThrow(/`wasm`/)
  expect(() => choose({ ...page, isolated: false }, { builds: ['threads'] })).toThrow(/`wasm`/)
})

test.each([0, -1, 1.5, Number.NaN, 257, '2' as unknown as number])(
  '%s is no number of threads',
  (threads) => {
    expect(() => choose(page, { threads })).toThrow(
      expect.objectContaining({ name: 'InvalidParameterError', data: { parameter: 'threads' } }),
    )
  },
)

test('a build that does not exist is an error', () => {
  expect(() => choose(page, { build: 'fast' as 'single' })).toThrow(/`build`/)
})
