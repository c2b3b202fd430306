import { expect, test } from 'vitest'
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
const chain = { options: '{}', blocks: undefined, nowMs: 5 }

/** A host whose workers are played: each request is kept until the test answers it. */
function stage() {
  const engines: { watch: Watch; asked: [number, EngineRequest][]; ended: boolean }[] = []
  const host: Host = {
    features,
    compile: async () => undefined as unknown as WebAssembly.Module,
    spawn(watch) {
      const engine: (typeof engines)[number] = { watch, asked: [], ended: false }
      engines.push(engine)
      return {
        post(message: ToWorker) {
          if (message.type === 'request') engine.asked.push([message.id, message.request])
          if (message.type === 'start')
            queueMicrotask(() => watch.onMessage({ type: 'ready', version: '1', cancelAddress: 0 }))
        },
        async terminate() {
          engine.ended = true
        },
        keepAlive() {},
      }
    },
  }
  const supervisor = createSupervisor({
    host,
    choice: { build: 'single', threads: 1, reason: '' },
    faults: false,
    chain,
  })
  /** Waits for the next request that the newest engine has not answered. */
  const next = async () => {
    for (;;) {
      const engine = engines.at(-1)
      const [id, request] = engine?.asked.shift() ?? []
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
  return { supervisor, engines, next }
}

const rpc = (method: string, nowMs: number) =>
  ({ kind: 'rpc', method, params: '[]', nowMs }) as const
const answer = (changed: boolean): NodeAnswer => ({
  result: changed ? 'true' : null,
  error: changed ? null : '{}',
  changed,
  interval: null,
  notifications: [],
})

test('a fresh engine repeats what has changed the node, and nothing else', async () => {
  const { supervisor, engines, next } = stage()
  const calls = [rpc('evm_mine', 1), rpc('eth_call', 2), rpc('evm_mine', 3)].map((one) =>
    supervisor.request(one),
  )
  const opening = await next()
  expect(opening.request).toEqual({ kind: 'openNode', ...chain, journal: [] })
  opening.answer(undefined)
  for (const changed of [true, false, true]) (await next()).answer(answer(changed))
  await Promise.all(calls)

  engines.at(-1)?.watch.onMessage({ type: 'failed', reason: 'a panic', refusedBytes: undefined })
  const after = supervisor.request(rpc('eth_call', 4))
  const again = await next()
  expect(again.request).toEqual({
    kind: 'openNode',
    ...chain,
    journal: [
      { method: 'evm_mine', params: '[]', nowMs: 1 },
      { method: 'evm_mine', params: '[]', nowMs: 3 },
    ],
  })
  again.answer(undefined)
  ;(await next()).answer(answer(false))
  await after
})

test('a change that nobody waited for any more is repeated as well', async () => {
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

test('a node that cannot be opened rejects what waits, and ends its workers', async () => {
  const { supervisor, engines, next } = stage()
  const start = supervisor.start()
  const call = supervisor.request(rpc('eth_call', 1))
  ;(await next()).refuse('INVALID_CHAIN')
  await expect(start).rejects.toMatchObject({ code: 'INVALID_CHAIN' })
  await expect(call).rejects.toMatchObject({ code: 'INVALID_CHAIN' })
  expect(engines.map(({ ended }) => ended)).toEqual([true])
})
