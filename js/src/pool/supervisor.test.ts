import { afterEach, expect, test, vi } from 'vitest'
import type { Host, Watch } from '../loader/host.js'
import type { NodeAnswer } from '../type/wire.js'
import type { EngineRequest, ToWorker } from './message.js'
import { createSupervisor } from './supervisor.js'

const features = {
  runtime: 'node',
  workers: true,
  isolated: true,
  sharedMemory: true,
  cores: 1,
} as const
const chain = { options: '{}', blocks: undefined, savedChain: undefined, nowMs: 5, timeMs: 10_000 }

/** Returns a supervisor on a host of fake workers, which keep each request until the test answers it. */
function stage(setup = chain, readers = 0) {
  const engines: { watch: Watch; received: [number, EngineRequest][]; isStopped: boolean }[] = []
  const reads = ['eth_call', 'eth_getBalance']
  const host: Host = {
    features,
    compile: async () => undefined as unknown as WebAssembly.Module,
    spawnHere: () => expect.fail('workers were asked for'),
    spawn(watch) {
      const engine: (typeof engines)[number] = { watch, received: [], isStopped: false }
      engines.push(engine)
      return {
        post(message: ToWorker) {
          if (message.type === 'request') engine.received.push([message.id, message.request])
          if (message.type === 'start')
            queueMicrotask(() =>
              watch.onMessage({ type: 'ready', version: '1', cancelAddress: 0, reads }),
            )
        },
        async terminate() {
          engine.isStopped = true
        },
        keepAlive() {},
      }
    },
  }
  const supervisor = createSupervisor({
    host,
    choice: { build: readers === 0 ? 'single' : 'threads', threads: 1, worker: true, reason: '' },
    faults: false,
    chain: setup,
    readers,
  })
  /** Resolves with the next request to the newest engine. */
  const next = async () => {
    for (;;) {
      const engine = engines.at(-1)
      const [id, request] = engine?.received.shift() ?? []
      if (engine !== undefined && id !== undefined && request !== undefined)
        return {
          request,
          answer: (result: unknown) => engine.watch.onMessage({ type: 'result', id, result }),
          refuse: (code: string) =>
            engine.watch.onMessage({ type: 'error', id, error: { code, message: 'no', data: {} } }),
        }
      await new Promise((resolve) => setTimeout(resolve, 0))
    }
  }
  /** Resolves with the next request to the newest worker of this name, if there is one. */
  const at = async (name: string) => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    const worker = engines.findLast(({ watch }) => watch.name === name)
    const [id, request] = worker?.received.shift() ?? []
    return {
      request,
      answer: (result: unknown) => worker?.watch.onMessage({ type: 'result', id: id ?? 0, result }),
      fail: (reason: string) =>
        worker?.watch.onMessage({ type: 'failed', reason, refusedBytes: undefined }),
    }
  }
  return { supervisor, engines, next, at }
}

/** Stops the clock: the number of changes counts, and not their duration. */
const stopClock = () => vi.spyOn(performance, 'now').mockReturnValue(0)
afterEach(() => vi.restoreAllMocks())

const rpc = (method: string, nowMs: number) =>
  ({ kind: 'rpc', method, params: '[]', nowMs, entropy: 'ab' }) as const
const answer = (changed: boolean): NodeAnswer => ({
  result: changed ? 'true' : null,
  error: changed ? null : '{}',
  changed,
  interval: null,
  notifications: [],
})

test('a fresh engine repeats the requests that have changed the node, and no others', async () => {
  const { supervisor, engines, next } = stage()
  const calls = [rpc('evm_mine', 1), rpc('eth_call', 2), rpc('evm_mine', 3)].map((one) =>
    supervisor.request(one),
  )
  const opening = await next()
  expect(opening.request).toEqual({ kind: 'openNode', ...chain, saved: undefined, journal: [] })
  opening.answer(undefined)
  for (const changed of [true, false, true]) (await next()).answer(answer(changed))
  await Promise.all(calls)

  engines.at(-1)?.watch.onMessage({ type: 'failed', reason: 'a panic', refusedBytes: undefined })
  const after = supervisor.request(rpc('eth_call', 4))
  const again = await next()
  expect(again.request).toEqual({
    kind: 'openNode',
    ...chain,
    saved: undefined,
    journal: [
      { method: 'evm_mine', params: '[]', nowMs: 1, entropy: 'ab' },
      { method: 'evm_mine', params: '[]', nowMs: 3, entropy: 'ab' },
    ],
  })
  again.answer(undefined)
  ;(await next()).answer(answer(false))
  await after
})

test('the change of an aborted request is repeated as well', async () => {
  const { supervisor, engines, next } = stage()
  const controller = new AbortController()
  const call = supervisor.request(rpc('evm_mine', 1), { signal: controller.signal })
  ;(await next()).answer(undefined)
  const mining = await next()
  controller.abort(new Error('enough'))
  await expect(call).rejects.toThrow('enough')
  mining.answer(answer(true))
  engines.at(-1)?.watch.onMessage({ type: 'failed', reason: 'a panic', refusedBytes: undefined })
  void supervisor.request(rpc('eth_call', 2)).catch(() => {})
  expect((await next()).request).toMatchObject({ journal: [{ method: 'evm_mine', nowMs: 1 }] })
  await supervisor.close()
})

test('a node that cannot be opened rejects pending requests and stops its workers', async () => {
  const { supervisor, engines, next } = stage()
  const start = supervisor.start()
  const call = supervisor.request(rpc('eth_call', 1))
  ;(await next()).refuse('INVALID_CHAIN')
  await expect(start).rejects.toMatchObject({ code: 'INVALID_CHAIN' })
  await expect(call).rejects.toMatchObject({ code: 'INVALID_CHAIN' })
  expect(engines.map(({ isStopped }) => isStopped)).toEqual([true])
})

test('the saved node replaces a long journal', async () => {
  stopClock()
  const { supervisor, engines, next } = stage()
  const open = async () => {
    const opening = await next()
    opening.answer(undefined)
    return opening.request
  }
  const change = async (nowMs: number, begin = async () => {}) => {
    const call = supervisor.request(rpc('evm_mine', nowMs))
    await begin()
    ;(await next()).answer(answer(true))
    await call
  }
  await change(0, async () => void (await open()))
  for (let nowMs = 1; nowMs < 1_000; nowMs += 1) await change(nowMs)
  const saving = await next()
  expect(saving.request).toEqual({ kind: 'saveNode' })
  // A change in the meantime is no part of it.
  const later = supervisor.request(rpc('evm_mine', 1_000))
  saving.answer(Uint8Array.of(7))
  ;(await next()).answer(answer(true))
  await later

  engines.at(-1)?.watch.onMessage({ type: 'failed', reason: 'a panic', refusedBytes: undefined })
  void supervisor.request(rpc('eth_call', 4)).catch(() => {})
  expect(await open()).toEqual({
    kind: 'openNode',
    ...chain,
    saved: Uint8Array.of(7),
    journal: [{ method: 'evm_mine', params: '[]', nowMs: 1_000, entropy: 'ab' }],
  })
  await supervisor.close()
})

test('a journal whose save fails is kept', async () => {
  stopClock()
  const { supervisor, engines, next } = stage()
  const calls = Array.from({ length: 1_000 }, (_, nowMs) =>
    supervisor.request(rpc('evm_mine', nowMs)),
  )
  ;(await next()).answer(undefined)
  for (const _ of calls) (await next()).answer(answer(true))
  ;(await next()).refuse('ENGINE_BUG')
  await Promise.all(calls)
  const call = supervisor.request(rpc('eth_call', 1_001))
  // The save is not repeated at once.
  const read = await next()
  expect(read.request).toMatchObject({ method: 'eth_call' })
  read.answer(answer(false))
  await call
  engines.at(-1)?.watch.onMessage({ type: 'failed', reason: 'a panic', refusedBytes: undefined })
  void supervisor.request(rpc('eth_call', 1_002)).catch(() => {})
  const { request } = await next()
  expect(request).toMatchObject({ kind: 'openNode', saved: undefined })
  expect('journal' in request && request.journal).toHaveLength(1_000)
  await supervisor.close()
})

test('a request that the node does not end in time is ended with its engine', async () => {
  const { supervisor, engines, next } = stage({ ...chain, timeMs: 20 })
  const calls = [1, 2].map((nowMs) => supervisor.request(rpc('evm_mine', nowMs)))
  ;(await next()).answer(undefined)
  expect((await next()).request).toMatchObject({ nowMs: 1 })
  const late = await calls[0]
  expect(late).toMatchObject({ result: null, changed: false })
  expect(JSON.parse(late?.error ?? '')).toEqual({
    code: -32016,
    message: 'the run took longer than 20 ms',
  })
  const opening = await next()
  // The request is not repeated.
  expect(opening.request).toMatchObject({ kind: 'openNode', journal: [] })
  expect(engines.map(({ isStopped }) => isStopped)).toEqual([true, false])
  opening.answer(undefined)
  const second = await next()
  expect(second.request).toMatchObject({ nowMs: 2 })
  second.answer(answer(true))
  await calls[1]
  await supervisor.close()
})

test.each([
  ['aborted', async (controller: AbortController) => controller.abort('enough'), 'enough'],
  ['closed', async (_: AbortController, close: () => Promise<void>) => close(), /closed/],
])(
  'a request that is pending while its engine is replaced can be %s',
  async (_, interrupt, reason) => {
    const { supervisor, next } = stage({ ...chain, timeMs: 20 })
    const late = supervisor.request(rpc('evm_mine', 1))
    ;(await next()).answer(undefined)
    await next()
    await late
    const opening = await next()
    const controller = new AbortController()
    const { signal } = controller
    const call = supervisor.request(rpc('evm_mine', 2), { signal }).catch((error) => String(error))
    await interrupt(controller, supervisor.close)
    expect(await call).toMatch(reason)
    const other = supervisor.request(rpc('evm_mine', 3)).catch(() => 'closed')
    opening.answer(undefined)
    if (reason === 'enough') {
      const second = await next()
      expect(second.request).toMatchObject({ nowMs: 3 })
      second.answer(answer(true))
    }
    await other
    await supervisor.close()
  },
)

test('a change that cannot be repeated is an error, and not another chain', async () => {
  const { supervisor, engines, next } = stage()
  const call = supervisor.request(rpc('evm_mine', 1))
  ;(await next()).answer(undefined)
  ;(await next()).answer(answer(true))
  await call
  for (let attempt = 0; attempt < 2; attempt += 1) {
    engines.at(-1)?.watch.onMessage({ type: 'failed', reason: 'a panic', refusedBytes: undefined })
    const read = supervisor.request(rpc('eth_call', 2))
    const opening = await next()
    expect(opening.request).toMatchObject({ journal: [{ method: 'evm_mine' }] })
    opening.refuse('ENGINE_BUG')
    await expect(read).rejects.toMatchObject({ name: 'EngineBugError', code: 'ENGINE_BUG' })
  }
})

/** Waits for the request that opens a node, and answers it. */
async function open(at: ReturnType<typeof stage>['at']) {
  for (;;) {
    const { request, answer } = await at('parevm-engine')
    if (request?.kind === 'openNode') return answer(undefined)
  }
}

test('a lost engine rejects the request that it ran, and no other', async () => {
  const { supervisor, engines, next } = stage()
  const calls = [1, 2, 3].map((nowMs) => supervisor.request(rpc('evm_mine', nowMs)))
  const ends = Promise.allSettled(calls)
  ;(await next()).answer(undefined)
  expect((await next()).request).toMatchObject({ nowMs: 1 })
  engines.at(-1)?.watch.onMessage({ type: 'failed', reason: 'a panic', refusedBytes: undefined })
  const opening = await next()
  expect(opening.request).toMatchObject({ kind: 'openNode', journal: [] })
  opening.answer(undefined)
  for (const nowMs of [2, 3]) {
    const change = await next()
    expect(change.request).toMatchObject({ nowMs })
    change.answer(answer(true))
  }
  expect((await ends).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
})

test('readers answer reads beside a change, and each client sees its requests in order', async () => {
  const { supervisor, at } = stage(chain, 2)
  const started = supervisor.start()
  ;(await at('parevm-engine')).answer(undefined)
  await started
  const mining = supervisor.request(rpc('evm_mine', 1), { client: 'a' })
  const after = supervisor.request(rpc('eth_call', 2), { client: 'a' })
  const other = supervisor.request(rpc('eth_call', 3), { client: 'b' })
  const engine = await at('parevm-engine')
  expect(engine.request).toMatchObject({ nowMs: 1 })
  const reader = await at('parevm-reader-0')
  expect(reader.request).toMatchObject({ nowMs: 3 })
  expect((await at('parevm-reader-1')).request).toBeUndefined()
  reader.answer(answer(false))
  await other
  engine.answer(answer(true))
  await mining
  const later = await at('parevm-reader-0')
  expect(later.request).toMatchObject({ nowMs: 2 })
  // A change of the same client waits for its read.
  const second = supervisor.request(rpc('evm_mine', 4), { client: 'a' })
  expect((await at('parevm-engine')).request).toBeUndefined()
  later.answer(answer(false))
  await after
  ;(await at('parevm-engine')).answer(answer(true))
  await second
  await supervisor.close()
})

test('a lost reader rejects its own request; the others run again', async () => {
  const { supervisor, at } = stage(chain, 2)
  const started = supervisor.start()
  ;(await at('parevm-engine')).answer(undefined)
  await started
  const bad = supervisor.request(rpc('eth_call', 1), { client: 'a' })
  const read = supervisor.request(rpc('eth_call', 2), { client: 'b' })
  const change = supervisor.request(rpc('evm_mine', 3), { client: 'c' })
  const isLost = expect(bad).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
  expect((await at('parevm-reader-0')).request).toMatchObject({ nowMs: 1 })
  ;(await at('parevm-reader-0')).fail('out of memory')
  await isLost
  await open(at)
  const again = await at('parevm-reader-0')
  expect(again.request).toMatchObject({ nowMs: 2 })
  again.answer(answer(false))
  ;(await at('parevm-engine')).answer(answer(true))
  expect(await read).toMatchObject({ changed: false })
  expect(await change).toMatchObject({ changed: true })
  await supervisor.close()
})

test('a request that was running at three losses is not run a fourth time', async () => {
  const { supervisor, at } = stage(chain, 2)
  const started = supervisor.start()
  ;(await at('parevm-engine')).answer(undefined)
  await started
  const read = supervisor.request(rpc('eth_call', 0), { client: 'honest' })
  const end = expect(read).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
  for (const nowMs of [1, 2, 3]) {
    const bad = supervisor.request(rpc('evm_mine', nowMs), { client: 'bad' })
    const isLost = expect(bad).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
    expect((await at('parevm-reader-0')).request).toMatchObject({ nowMs: 0 })
    const engine = await at('parevm-engine')
    expect(engine.request).toMatchObject({ nowMs })
    engine.fail('a panic')
    await isLost
    // The memories of earlier engines are reclaimed first.
    if (nowMs < 3) await open(at)
  }
  await end
  await supervisor.close()
})

test('a long read on the express lane starts again on another reader', async () => {
  const { supervisor, at } = stage(chain, 2)
  const started = supervisor.start()
  ;(await at('parevm-engine')).answer(undefined)
  await started
  const first = supervisor.request(rpc('eth_call', 1), { client: 'a' })
  const second = supervisor.request(rpc('eth_call', 2), { client: 'b' })
  const other = await at('parevm-reader-0')
  const express = await at('parevm-reader-1')
  expect(express.request).toMatchObject({ nowMs: 2 })
  await new Promise((resolve) => setTimeout(resolve, 250))
  // It is cancelled: the answer is an error.
  express.answer(answer(false))
  expect((await at('parevm-reader-1')).request).toBeUndefined()
  other.answer(answer(false))
  await first
  const again = await at('parevm-reader-0')
  expect(again.request).toMatchObject({ nowMs: 2 })
  again.answer(answer(false))
  expect(await second).toMatchObject({ changed: false })
  await supervisor.close()
})
