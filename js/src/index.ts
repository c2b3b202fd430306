export type { call } from './actions/call.js'
export { CallbackFailedError } from './actions/callbacks.js'
export type { callSync } from './actions/callSync.js'
export type { calls } from './actions/calls.js'
export type { createAccessList } from './actions/createAccessList.js'
export type { estimateGas } from './actions/estimateGas.js'
export type { executeBlock } from './actions/executeBlock.js'
export type { simulate } from './actions/simulate.js'
export type { simulateBlocks } from './actions/simulateBlocks.js'
export type { simulateCalls } from './actions/simulateCalls.js'
export type { traceCall } from './actions/traceCall.js'
export { BaseError } from './error/BaseError.js'
export {
  EngineBugError,
  InvalidBlockError,
  InvalidChainError,
  InvalidFixtureError,
  InvalidTransactionError,
  StateUnavailableError,
} from './error/engineError.js'
export { InvalidParameterError } from './error/InvalidParameterError.js'
export { ModuleUnavailableError } from './error/ModuleUnavailableError.js'
export { WorkerUnavailableError } from './error/WorkerUnavailableError.js'
export { EvmClosedError } from './evm/close.js'
export { createEvm } from './evm/create.js'
export type { Evm } from './evm/evm.js'
export { UnsupportedRuntimeError } from './loader/choose.js'
export type { FileOptions } from './loader/host.js'
export type { WasmSource } from './loader/wasmSource.js'
export type { NodeClient } from './node/client.js'
export type { Genesis } from './node/genesis.js'
export type { NodeOptions } from './node/options.js'
export { EngineFailedError, OutOfMemoryError, WorkerDiedError } from './pool/engine.js'
export { announceProvider } from './provider/announce.js'
export type { Provider } from './provider/provider.js'
export {
  AtomicityNotSupportedError,
  BundleTooLargeError,
  DuplicateIdError,
  ExecutionRevertedError,
  InternalRpcError,
  InvalidInputRpcError,
  InvalidParamsRpcError,
  InvalidRequestRpcError,
  LimitExceededRpcError,
  MethodNotFoundRpcError,
  ProviderDisconnectedError,
  ProviderRpcError,
  ResourceNotFoundRpcError,
  ResourceUnavailableRpcError,
  SimulationRefusedError,
  SwitchChainError,
  TimeoutRpcError,
  TransactionNotReadyError,
  TransactionRejectedRpcError,
  TransactionTimeoutError,
  UnauthorizedProviderError,
  UnknownBundleIdError,
  UnsupportedChainIdError,
  UnsupportedNonOptionalCapabilityError,
} from './provider/rpcError.js'
export type { BlobRequest } from './rpc/blobHashes.js'
export type { RpcBlock } from './rpc/block.js'
export type { BlockInput, PreState } from './rpc/blockInput.js'
export type { BlockParameter } from './rpc/blockParameter.js'
export type { ContractCall } from './rpc/contractCall.js'
export { ResultUndecodableError } from './rpc/contractCall.js'
export type { Deployless } from './rpc/deployless.js'
export type { RpcLog } from './rpc/log.js'
export type { BlockOverrides, Overrides, StateOverride } from './rpc/override.js'
export type { Trace } from './rpc/trace.js'
export type { Transaction } from './rpc/transaction.js'
export type { TransactionRequest } from './rpc/transactionRequest.js'
export type { BlockAccessList, BlockOutcome, Receipt, StateDiff, Timeline } from './type/outcome.js'
export type { Report } from './type/report.js'
export type { Hex } from './type/wire.js'
