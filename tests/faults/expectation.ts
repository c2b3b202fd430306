import { expect } from 'vitest'
import { type Build, type play, type ScenarioName, scenarioNames } from './scenario.js'

/** Milliseconds after which a caller would take the engine for hanging. */
const SOON_MS = 1000

/** Milliseconds that a terminated worker of Chromium lives on if it is busy or blocked. */
const CHROMIUM_GRACE_MS = 2000

/** Gas of block 19933122, from its header. */
const GAS = 2_056_821

/** End of a call whose value does not matter. */
const done = { value: 'done' }
const works = { value: GAS, ms: expect.any(Number) }
const closed = {
  name: 'EvmClosedError',
  code: 'EVM_CLOSED',
  message: expect.stringMatching(/closed/),
}

/** Reason of a panic: a trap, whose words are left out of the wasm. */
const PANIC = /unreachable/

/** Ends of the calls of a scenario: a lost engine rejects what it ran; the next one runs what was queued. */
const ends: Partial<Record<ScenarioName, (build: Build) => object[]>> = {
  killedEngine: () => [died('engine'), done],
  killedPoolWorker: () => [died('pool'), done],
  killedPoolWorkerAtWork: () => [died('pool'), done],
  killedHelper: () => [died('pool'), done],
  killedIdleEngine: () => [],
  panicInEngine: () => [failed(PANIC), done],
  panicInPool: () => [failed(PANIC), done],
  chainOutlivesPanic: () => [failed(PANIC), done],
  chainOutlivesKill: () => [done],
  engineScriptMissing: () => [unavailable(/^WORKER_(NOT_FOUND|UNAVAILABLE)$/)],
  poolScriptMissing: () => [unavailable(/^WORKER_(NOT_FOUND|UNAVAILABLE)$/)],
  workerRefused: () => [unavailable(/^WORKER_UNAVAILABLE$/)],
  restartFails: () => [failed(PANIC), unavailable(/^WORKER_(NOT_FOUND|UNAVAILABLE)$/)],
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

/** Scenarios that lose a worker of the pool. */
const ofPool: readonly ScenarioName[] = [
  'killedPoolWorker',
  'killedPoolWorkerAtWork',
  'panicInPool',
  'poolScriptMissing',
]

/** Scenarios for helpers, which may have no part in the block. */
const ofHelpers: readonly ScenarioName[] = ['killedPoolWorker', 'poolScriptMissing', 'killedHelper']

/** Returns the scenarios of `build`: the single build has no pool, or helpers. */
export function scenariosOf({ build, threads }: Build): readonly ScenarioName[] {
  if (build === 'single' && threads > 1) return ofHelpers
  return scenarioNames.filter(
    (name) => name !== 'killedHelper' && (build === 'threads' || !ofPool.includes(name)),
  )
}

/** Checks the ends of the calls, and that the engine works afterwards. */
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

/** A page finds no fault with the script itself: the test has replaced it by another one. */
function unavailable(code: RegExp) {
  const message = expect.stringMatching(/worker\.bundle\.js/)
  return { name: 'WorkerUnavailableError', code: expect.stringMatching(code), message }
}
