import { expect, test } from 'vitest'
import type { WorkerHandle } from '../loader/host.js'
import type { ToWorker } from './message.js'
import { createWorkQueue } from './workQueue.js'

function worker() {
  const received: ToWorker[] = []
  const handle = { post: (message: ToWorker) => received.push(message) } as unknown as WorkerHandle
  return { handle, received }
}

function started() {
  const [leader, helper] = [worker(), worker()]
  const queue = createWorkQueue()
  queue.start(1, '{}', [helper.handle])
  expect(helper.received.splice(0)).toEqual([{ type: 'join', id: 1, fixture: '{}' }])
  return { queue, leader, helper }
}

test('batches go in order to the workers that ask, also to one that asked before there were any', () => {
  const { queue, leader, helper } = started()
  queue.receive(helper.handle, { type: 'nextBatch', id: 1 })
  expect(helper.received).toEqual([])
  queue.receive(leader.handle, { type: 'batches', id: 1, batches: [[2, 0], [1]] })
  expect(helper.received).toEqual([{ type: 'batch', id: 1, batch: [2, 0] }])
  queue.receive(leader.handle, { type: 'nextBatch', id: 1 })
  queue.receive(leader.handle, { type: 'nextBatch', id: 1 })
  expect(leader.received).toEqual([
    { type: 'batch', id: 1, batch: [1] },
    { type: 'batch', id: 1, batch: null },
  ])
})

test('the batches of the first worker count, each once', () => {
  const { queue, leader, helper } = started()
  queue.receive(helper.handle, { type: 'batches', id: 1, batches: [[0], [1]] })
  queue.receive(helper.handle, { type: 'nextBatch', id: 1 })
  queue.receive(leader.handle, { type: 'batches', id: 1, batches: [[0], [1]] })
  queue.receive(leader.handle, { type: 'nextBatch', id: 1 })
  expect(leader.received).toEqual([{ type: 'batch', id: 1, batch: [1] }])
})

test('the leader gets the partial results once every helper has sent its own', () => {
  const { queue, leader, helper } = started()
  queue.receive(leader.handle, { type: 'batches', id: 1, batches: [] })
  queue.receive(leader.handle, { type: 'collect', id: 1 })
  expect(leader.received).toEqual([])
  const partialResult = Uint8Array.of(7)
  queue.receive(helper.handle, { type: 'partialResult', id: 1, partialResult })
  expect(leader.received).toEqual([{ type: 'collected', id: 1, partialResults: [partialResult] }])
})

test('no batch is left once a helper has found the access list wrong', () => {
  const { queue, leader, helper } = started()
  queue.receive(helper.handle, { type: 'partialResult', id: 1, partialResult: null })
  queue.receive(leader.handle, { type: 'batches', id: 1, batches: [[0]] })
  queue.receive(leader.handle, { type: 'nextBatch', id: 1 })
  queue.receive(leader.handle, { type: 'collect', id: 1 })
  expect(leader.received).toEqual([
    { type: 'batch', id: 1, batch: null },
    { type: 'collected', id: 1, partialResults: [] },
  ])
})

test('no worker waits once the request has ended', () => {
  const { queue, leader, helper } = started()
  queue.receive(helper.handle, { type: 'nextBatch', id: 1 })
  queue.receive(leader.handle, { type: 'collect', id: 1 })
  helper.received.length = 0
  queue.end()
  expect(leader.received).toEqual([{ type: 'collected', id: 1, partialResults: [] }])
})

test('a helper that is late with the block before gets no batch', () => {
  const { queue, leader, helper } = started()
  queue.end()
  queue.start(2, '{}', [helper.handle])
  helper.received.length = 0
  queue.receive(leader.handle, { type: 'batches', id: 2, batches: [[0]] })
  queue.receive(helper.handle, { type: 'nextBatch', id: 1 })
  const partialResult = Uint8Array.of(1)
  queue.receive(helper.handle, { type: 'partialResult', id: 1, partialResult })
  queue.receive(leader.handle, { type: 'collect', id: 2 })
  expect(helper.received).toEqual([{ type: 'batch', id: 1, batch: null }])
  expect(leader.received).toEqual([])
})
