import { expect } from 'vitest'
import { type Build, type play, type ScenarioName, scenarioNames } from './scenario.js'

/** A caller that waits longer than this would think that the engine hangs. */
const SOON_MS = 1000

/** Chromium lets a terminated worker that is busy or blocked live for so long. */
const CHROMIUM_GRACE_MS = 2000

/** Gas of block 19933122, from its header. */
const GAS = 2_056_821

/** A call whose value does not matter. */
const done = { value: 'done' }
const works = { value: GAS, ms: expect.any(Number) }
const closed = {
  name: 'EvmClosedError',
  code: 'EVM_CLOSED',
  message: expect.stringMatching(/closed/),
}

/** How the calls of a scenario end: what a lost engine ran is lost with it, what waited goes on with the next. */
const ends: Partial<Record<ScenarioName, (build: Build) => object[]>> = {
  killedEngine: () => [died('engine'), done],
  killedPoolWorker: () => [died('pool'), done],
  killedPoolWorkerAtWork: () => [died('pool'), done],
  killedHelper: () => [died('pool'), done],
  killedIdleEngine: () => [],
  panicInEngine: () => [failed(/a fault that a test asked for/), done],
  panicInPool: () => [failed(/a fault that a test asked for/), done],
  chainOutlivesPanic: () => [failed(/a fault that a test asked for/), done],
  chainOutlivesKill: () => [done],
  engineScriptMissing: () => [unavailable(/^WORKER_(NOT_FOUND|UNAVAILABLE)$/)],
  poolScriptMissing: () => [unavailable(/^WORKER_(NOT_FOUND|UNAVAILABLE)$/)],
  workerRefused: () => [unavailable(/^WORKER_UNAVAILABLE$/)],
  restartFails: () => [
    failed(/a fault that a test asked for/),
    unavailable(/^WORKER_(NOT_FOUND|UNAVAILABLE)$/),
  ],
  moduleMissing: () => [
    {
      name: 'ModuleUnavailableError',
      code: 'MODULE_NOT_FOUND',
      message: expect.stringMatching(/parevm_bg\.wasm/),
    },
  ],
  closedDuringCalls: () => [closed, closed, done, done, closed],
  abortedDuringBlock: () => [{ name: 'AbortError', message: 'no longer wanted' }],
  abortedInQueue: () => [works, { name: 'TimeoutError' }, { name: 'Error', message: 'never' }],
  abortedWhileHanging: () => [{ name: 'Error', message: 'no longer wanted' }],
}

/** Scenarios in which a worker of the pool is lost. */
const ofPool: readonly ScenarioName[] = [
  'killedPoolWorker',
  'killedPoolWorkerAtWork',
  'panicInPool',
  'poolScriptMissing',
]

/** Of those, the ones in which the worker need not have a part in the block. */
const ofHelpers: readonly ScenarioName[] = ['killedPoolWorker', 'poolScriptMissing', 'killedHelper']

/** The scenarios that `build` knows: alone there is no pool, with helpers it is one of another kind. */
export function scenariosOf({ build, threads }: Build): readonly ScenarioName[] {
  if (build === 'single' && threads > 1) return ofHelpers
  return scenarioNames.filter(
    (name) => name !== 'killedHelper' && (build === 'threads' || !ofPool.includes(name)),
  )
}

/** Compares what became of the calls, and that the engine works afterwards. */
export function expectEnds(
  name: ScenarioName,
  build: Build,
  outcome: Awaited<ReturnType<typeof play>>,
  host: 'node' | 'chromium' | 'firefox',
): void {
  const expected = ends[name]?.(build) ?? []
  expect(outcome.ends).toMatchObject(expected)
  expect(outcome.ends.length).toBe(expected.length)
  const grace = host === 'chromium' && name.startsWith('killed') ? CHROMIUM_GRACE_MS : 0
  for (const end of outcome.ends)
    if (!('value' in end)) expect(end.ms).toBeLessThan(grace + SOON_MS)
  if (name !== 'closedDuringCalls') expect(outcome.after).toMatchObject(works)
  if (name === 'abortedDuringBlock')
    expect(outcome).toMatchObject({ progress: 1, restarted: false })
}

function died(role: 'engine' | 'pool') {
  const message = expect.stringContaining(`A worker (${role}) of the engine died`)
  return { name: 'WorkerDiedError', code: 'WORKER_DIED', message }
}

function failed(reason: RegExp) {
  const message = expect.stringMatching(reason)
  return { name: 'EngineFailedError', code: 'ENGINE_FAILED', message }
}

/** A page finds no fault with the script itself: it is the test that has asked for another one. */
function unavailable(code: RegExp) {
  const message = expect.stringMatching(/worker\.js|engine\.js/)
  return { name: 'WorkerUnavailableError', code: expect.stringMatching(code), message }
}
