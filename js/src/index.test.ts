import { expect, test } from 'vitest'
import * as parevm from './index.js'

test('the package exports this and nothing else', () => {
  expect(Object.keys(parevm).sort()).toEqual([
    'AtomicityNotSupportedError',
    'BaseError',
    'BundleTooLargeError',
    'CallbackFailedError',
    'ChainDisconnectedError',
    'DuplicateIdError',
    'EngineBugError',
    'EngineFailedError',
    'EvmClosedError',
    'ExecutionRevertedError',
    'InternalRpcError',
    'InvalidBlockError',
    'InvalidChainError',
    'InvalidFixtureError',
    'InvalidInputRpcError',
    'InvalidParameterError',
    'InvalidParamsRpcError',
    'InvalidRequestRpcError',
    'InvalidTransactionError',
    'LimitExceededRpcError',
    'MethodNotFoundRpcError',
    'ModuleUnavailableError',
    'OutOfMemoryError',
    'ParseRpcError',
    'ProviderDisconnectedError',
    'ProviderRpcError',
    'ResourceNotFoundRpcError',
    'ResultUndecodableError',
    'StateUnavailableError',
    'SwitchChainError',
    'TimeoutRpcError',
    'TransactionRejectedRpcError',
    'UnauthorizedProviderError',
    'UnknownBundleIdError',
    'UnsupportedChainIdError',
    'UnsupportedNonOptionalCapabilityError',
    'UnsupportedProviderMethodError',
    'UnsupportedRuntimeError',
    'UserRejectedRequestError',
    'WorkerDiedError',
    'WorkerUnavailableError',
    'announceProvider',
    'createEvm',
  ])
})

test('importing starts nothing', () => {
  // No worker, no fetch: a module that does either at import breaks servers and bundlers.
  expect(process.getActiveResourcesInfo().includes('Worker')).toBe(false)
})
