export type { call } from '../actions/call.js'
export type { callSync } from '../actions/callSync.js'
export type { calls } from '../actions/calls.js'
export type { createAccessList } from '../actions/createAccessList.js'
export type { estimateGas } from '../actions/estimateGas.js'
export type { simulate } from '../actions/simulate.js'
export type { simulateBlocks } from '../actions/simulateBlocks.js'
export type { simulateCalls } from '../actions/simulateCalls.js'
export type { traceCall } from '../actions/traceCall.js'
export { BaseError } from '../error/BaseError.js'
export { EngineBugError, InvalidChainError, StateUnavailableError } from '../error/engineError.js'
export { InvalidParameterError } from '../error/InvalidParameterError.js'
export { ModuleUnavailableError } from '../error/ModuleUnavailableError.js'
export { WorkerUnavailableError } from '../error/WorkerUnavailableError.js'
export { EvmClosedError } from '../evm/close.js'
export { UnsupportedRuntimeError } from '../loader/choose.js'
export type { FileOptions } from '../loader/host.js'
export type { WasmSource } from '../loader/wasmSource.js'
export type { Genesis } from '../node/genesis.js'
export { EngineFailedError, OutOfMemoryError, WorkerDiedError } from '../pool/engine.js'
export {
  ExecutionRevertedError,
  InternalRpcError,
  InvalidInputRpcError,
  InvalidParamsRpcError,
  LimitExceededRpcError,
  MethodNotFoundRpcError,
  ProviderRpcError,
  ResourceNotFoundRpcError,
  ResourceUnavailableRpcError,
  SimulationRefusedError,
  TransactionRejectedRpcError,
} from '../provider/rpcError.js'
export type { BlobRequest } from '../rpc/blobHashes.js'
export type { BlockParameter } from '../rpc/blockParameter.js'
export type { ContractCall } from '../rpc/contractCall.js'
export { ResultUndecodableError } from '../rpc/contractCall.js'
export type { Deployless } from '../rpc/deployless.js'
export type { RpcLog } from '../rpc/log.js'
export type { BlockOverrides, Overrides, StateOverride } from '../rpc/override.js'
export type { Trace } from '../rpc/trace.js'
export type { TransactionRequest } from '../rpc/transactionRequest.js'
export type { Report } from '../type/report.js'
export type { Hex } from '../type/wire.js'
export { createEvm } from './create.js'
export type { Evm } from './evm.js'
