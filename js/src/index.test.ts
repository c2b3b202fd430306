import { expect, test } from 'vitest'
import * as parevm from './index.js'

test('the package exports this and nothing else', () => {
  expect(Object.keys(parevm).sort()).toEqual([
    'BaseError',
    'CallbackFailedError',
    'EngineBugError',
    'EngineFailedError',
    'EvmClosedError',
    'InvalidBlockError',
    'InvalidFixtureError',
    'InvalidParameterError',
    'InvalidTransactionError',
    'ModuleUnavailableError',
    'StateUnavailableError',
    'UnsupportedRuntimeError',
    'WorkerDiedError',
    'createEvm',
  ])
})

test('importing starts nothing', () => {
  // No worker, no fetch: a module that does either at import breaks servers and bundlers.
  expect(process.getActiveResourcesInfo().includes('Worker')).toBe(false)
})
