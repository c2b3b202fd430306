import { afterEach, expect, test, vi } from 'vitest'
import type { NodeAnswer } from '../type/wire.js'
import { createDispatcher } from './dispatcher.js'
import { EngineFailedError, type EngineHandle } from './engine.js'
import type { EngineRequest } from './message.js'

const chain = { options: '{}', blocks: undefined, savedChain: undefined, nowMs: 5, timeMs: 20 }
const options = { executor: 'auto', returnsList: false, receipts: true, timeline: false } as const
const block = { kind: 'executeBlock', fixture: '{}', options } as const
const rpc = (nowMs: number, method = 'evm_mine') =>
  ({ kind: 'rpc', method, params: '[]', nowMs, entropy: 'ab' }) as const
const answer: NodeAnswer = {
  result: 'true',
  error: null,
  changed: true,
  interval: null,
  notifications: [],
}
const lost = new EngineFailedError('a panic')

/** A dispatcher with an engine that keeps what it receives. */
function stage(readers = 0) {
  const received: { id: number; request: EngineRequest; runner: number | undefined }[] = []
  const cancelled: number[] = []
  const engine: EngineHandle = {
    memory: () => undefined,
    service: undefined,
    request(id, request, runner) {
      if (request.kind === 'synthetic') throw new DOMException('not cloned', 'DataCloneError')
      received.push({ id, request, runner })
    },
    abort: (id) => void cancelled.push(id),
    keepAlive() {},
    async stop() {},
  }
  const onAnswer = vi.fn()
  const onIdle = vi.fn()
  const onLost = vi.fn()
  const onOverdue = vi.fn()
  const hooks = { onAnswer, onIdle, onLost, onOverdue }
  const dispatcher = createDispatcher({ chain, readers, ...hooks })
  const result = (id: number) => dispatcher.receive({ type: 'result', id, result: answer }, 0)
  return { dispatcher, engine, received, cancelled, result, ...hooks }
}

afterEach(() => vi.useRealTimers())

test('a request that cannot be sent rejects, and the next one runs', async () => {
  const { dispatcher, engine, received } = stage()
  const first = dispatcher.add({ kind: 'synthetic', name: 'transfers', count: 1 }, {})
  const second = dispatcher.add(rpc(1), {})
  dispatcher.dispatch(engine)
  await expect(first).rejects.toMatchObject({ code: 'INVALID_PARAMETER' })
  expect(received.map(({ id }) => id)).toEqual([2])
  dispatcher.receive({ type: 'result', id: 2, result: answer }, 0)
  expect(await second).toBe(answer)
  expect(dispatcher.isIdle).toBe(true)
})

test('a request that is aborted in the queue is never sent', async () => {
  const { dispatcher, engine, received, onIdle } = stage()
  const controller = new AbortController()
  const call = dispatcher.add(rpc(1), { signal: controller.signal })
  controller.abort(new Error('enough'))
  await expect(call).rejects.toThrow('enough')
  expect(onIdle).toHaveBeenCalledOnce()
  dispatcher.dispatch(engine)
  expect(received).toEqual([])
})

test('a block is not executed again after a lost engine: its receipts may be delivered', async () => {
  const { dispatcher, engine } = stage()
  const call = dispatcher.add(block, {})
  dispatcher.dispatch(engine)
  dispatcher.displace(lost, undefined)
  await expect(call).rejects.toBe(lost)
})

test('a result after the abort limit has no effect', async () => {
  vi.useFakeTimers()
  const { dispatcher, engine, cancelled, result, onAnswer, onLost } = stage()
  const controller = new AbortController()
  const call = dispatcher.add(block, { signal: controller.signal })
  const end = expect(call).rejects.toThrow('enough')
  dispatcher.dispatch(engine)
  controller.abort(new Error('enough'))
  await end
  expect(cancelled).toEqual([1])
  vi.advanceTimersByTime(999)
  expect(onLost).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(onLost.mock.calls).toMatchObject([[{ code: 'ENGINE_FAILED' }]])
  result(1)
  expect(onAnswer).not.toHaveBeenCalled()
})

test('an aborted request that exceeds its time limit as well restarts the engine once', () => {
  vi.useFakeTimers()
  const { dispatcher, engine, onLost, onOverdue } = stage()
  const controller = new AbortController()
  dispatcher.add(rpc(1), { signal: controller.signal }).catch(() => {})
  dispatcher.dispatch(engine)
  vi.advanceTimersByTime(500)
  controller.abort(new Error('enough'))
  vi.advanceTimersByTime(10_000)
  expect([onLost, onOverdue].map((hook) => hook.mock.calls.length)).toEqual([0, 1])
})

test('a read that ends just as the express lane cancels it is answered', async () => {
  vi.useFakeTimers()
  const { dispatcher, engine, received, cancelled } = stage(2)
  dispatcher.setReads(new Set(['eth_call']))
  const calls = ['a', 'b'].map((client) => dispatcher.add(rpc(1, 'eth_call'), { client }))
  dispatcher.dispatch(engine)
  expect(received.map(({ id, runner }) => [id, runner])).toEqual([
    [1, 1],
    [2, 2],
  ])
  vi.advanceTimersByTime(50)
  expect(cancelled).toEqual([2])
  dispatcher.receive({ type: 'result', id: 2, result: answer }, 2)
  expect(await calls[1]).toBe(answer)
})
