import { expect, test } from 'vitest'
import { BaseError } from '../error/BaseError.js'
import { rpcError } from './rpcError.js'

test.each([
  [-32700, 'ParseRpcError'],
  [-32600, 'InvalidRequestRpcError'],
  [-32601, 'MethodNotFoundRpcError'],
  [-32602, 'InvalidParamsRpcError'],
  [-32603, 'InternalRpcError'],
  [-32000, 'InvalidInputRpcError'],
  [-32001, 'ResourceNotFoundRpcError'],
  [-32003, 'TransactionRejectedRpcError'],
  [-32005, 'LimitExceededRpcError'],
  [-32016, 'TimeoutRpcError'],
  [3, 'ExecutionRevertedError'],
  [4001, 'UserRejectedRequestError'],
  [4100, 'UnauthorizedProviderError'],
  [4200, 'UnsupportedProviderMethodError'],
  [4900, 'ProviderDisconnectedError'],
  [4901, 'ChainDisconnectedError'],
  [4902, 'SwitchChainError'],
  [5700, 'UnsupportedNonOptionalCapabilityError'],
  [5710, 'UnsupportedChainIdError'],
  [5720, 'DuplicateIdError'],
  [5730, 'UnknownBundleIdError'],
  [5740, 'BundleTooLargeError'],
  [5760, 'AtomicityNotSupportedError'],
  [-38014, 'ProviderRpcError'],
])('%s is a %s', (code, name) => {
  const error = rpcError({ code, message: 'so it went', data: '0x01' })
  expect(error).toBeInstanceOf(BaseError)
  expect(error).toMatchObject({ name, code, message: 'so it went', data: '0x01' })
})

test('an error without data has none', () => {
  expect(rpcError({ code: -32603, message: 'no' }).data).toBeUndefined()
})
