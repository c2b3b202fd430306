import { expect, test } from 'vitest'
import type { WorkerHandle } from '../loader/host.js'
import { createHandout } from './handout.js'
import type { ToWorker } from './message.js'

function worker() {
  const heard: ToWorker[] = []
  const handle = { post: (message: ToWorker) => heard.push(message) } as unknown as WorkerHandle
  return { handle, heard }
}

function begun() {
  const [leader, helper] = [worker(), worker()]
  const handout = createHandout()
  handout.begin(1, '{}', [helper.handle])
  expect(helper.heard.splice(0)).toEqual([{ type: 'help', id: 1, fixture: '{}' }])
  return { handout, leader, helper }
}

test('pieces go in order to whoever asks, also to one that asked before there were any', () => {
  const { handout, leader, helper } = begun()
  handout.hear(helper.handle, { type: 'next', id: 1 })
  expect(helper.heard).toEqual([])
  handout.hear(leader.handle, { type: 'pieces', id: 1, pieces: [[2, 0], [1]] })
  expect(helper.heard).toEqual([{ type: 'piece', id: 1, piece: [2, 0] }])
  handout.hear(leader.handle, { type: 'next', id: 1 })
  handout.hear(leader.handle, { type: 'next', id: 1 })
  expect(leader.heard).toEqual([
    { type: 'piece', id: 1, piece: [1] },
    { type: 'piece', id: 1, piece: null },
  ])
})

test('the pieces of the first to have any are handed out, each once', () => {
  const { handout, leader, helper } = begun()
  handout.hear(helper.handle, { type: 'pieces', id: 1, pieces: [[0], [1]] })
  handout.hear(helper.handle, { type: 'next', id: 1 })
  handout.hear(leader.handle, { type: 'pieces', id: 1, pieces: [[0], [1]] })
  handout.hear(leader.handle, { type: 'next', id: 1 })
  expect(leader.heard).toEqual([{ type: 'piece', id: 1, piece: [1] }])
})

test('the leader gets the chunks once every helper has sent its own', () => {
  const { handout, leader, helper } = begun()
  handout.hear(leader.handle, { type: 'pieces', id: 1, pieces: [] })
  handout.hear(leader.handle, { type: 'gather', id: 1 })
  expect(leader.heard).toEqual([])
  handout.hear(helper.handle, { type: 'chunk', id: 1, chunk: Uint8Array.of(7) })
  expect(leader.heard).toEqual([{ type: 'chunks', id: 1, chunks: [Uint8Array.of(7)] }])
})

test('nothing is handed out once a helper has found the list wrong', () => {
  const { handout, leader, helper } = begun()
  handout.hear(helper.handle, { type: 'chunk', id: 1, chunk: null })
  handout.hear(leader.handle, { type: 'pieces', id: 1, pieces: [[0]] })
  handout.hear(leader.handle, { type: 'next', id: 1 })
  handout.hear(leader.handle, { type: 'gather', id: 1 })
  expect(leader.heard).toEqual([
    { type: 'piece', id: 1, piece: null },
    { type: 'chunks', id: 1, chunks: [] },
  ])
})

test('nobody waits once the request has ended', () => {
  const { handout, leader, helper } = begun()
  handout.hear(helper.handle, { type: 'next', id: 1 })
  handout.hear(leader.handle, { type: 'gather', id: 1 })
  helper.heard.length = 0
  handout.end()
  expect(leader.heard).toEqual([{ type: 'chunks', id: 1, chunks: [] }])
})

test('a helper that is late with the block before is told that there is no more', () => {
  const { handout, leader, helper } = begun()
  handout.end()
  handout.begin(2, '{}', [helper.handle])
  helper.heard.length = 0
  handout.hear(leader.handle, { type: 'pieces', id: 2, pieces: [[0]] })
  handout.hear(helper.handle, { type: 'next', id: 1 })
  handout.hear(helper.handle, { type: 'chunk', id: 1, chunk: Uint8Array.of(1) })
  handout.hear(leader.handle, { type: 'gather', id: 2 })
  expect(helper.heard).toEqual([{ type: 'piece', id: 1, piece: null }])
  expect(leader.heard).toEqual([])
})
