export type { AssetChange } from './actions/assetChanges.js'
export type { call } from './actions/call.js'
export { CallbackFailedError } from './actions/callbacks.js'
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
export type { ModuleObstacle, Obstacle, WorkerObstacle } from './error/obstacle.js'
export { WorkerUnavailableError } from './error/WorkerUnavailableError.js'
export { EvmClosedError } from './evm/close.js'
export { createEvm } from './evm/create.js'
export type { Evm } from './evm/evm.js'
export { type Build, UnsupportedRuntimeError } from './loader/choose.js'
export type {
  BlobParameters,
  BlobSchedule,
  ChainConfig,
  Genesis,
  GenesisAccount,
  GenesisNumber,
} from './node/genesis.js'
export type { NodeOptions } from './node/options.js'
export { EngineFailedError, OutOfMemoryError, WorkerDiedError } from './pool/engine.js'
export type { Executor, FixtureText } from './pool/message.js'
export { announceProvider } from './provider/announce.js'
export type { Provider } from './provider/provider.js'
export {
  AtomicityNotSupportedError,
  BundleTooLargeError,
  ChainDisconnectedError,
  DuplicateIdError,
  ExecutionRevertedError,
  InternalRpcError,
  InvalidInputRpcError,
  InvalidParamsRpcError,
  InvalidRequestRpcError,
  LimitExceededRpcError,
  MethodNotFoundRpcError,
  ParseRpcError,
  ProviderDisconnectedError,
  ProviderRpcError,
  ResourceNotFoundRpcError,
  SwitchChainError,
  TimeoutRpcError,
  TransactionRejectedRpcError,
  UnauthorizedProviderError,
  UnknownBundleIdError,
  UnsupportedChainIdError,
  UnsupportedNonOptionalCapabilityError,
  UnsupportedProviderMethodError,
  UserRejectedRequestError,
} from './provider/rpcError.js'
export type { BlobRequest } from './rpc/blobHashes.js'
export type { RpcBlock, Withdrawal } from './rpc/block.js'
export type {
  BlockInput,
  PreState,
  PreStateAccount,
  PreStates,
  Quantity,
} from './rpc/blockInput.js'
export type { BlockParameter, BlockTag } from './rpc/blockParameter.js'
export type {
  CallFrame,
  CallFrameLog,
  FlatCall,
  PrestateAccount,
  PrestateAccounts,
  PrestateDiff,
  StructLog,
  StructLogs,
} from './rpc/callTrace.js'
export type { ContractCall, ContractCalls, ContractResult, Encodable } from './rpc/contractCall.js'
export { ResultUndecodableError } from './rpc/contractCall.js'
export type { Deployless } from './rpc/deployless.js'
export type { RpcLog } from './rpc/log.js'
export type {
  BlockOverrides,
  Overrides,
  StateOverride,
  StateOverrides,
  StorageWord,
} from './rpc/override.js'
export type {
  AccountAssetChange,
  AccountDiff,
  ApprovalChange,
  Asset,
  CallFailure,
  CallReport,
  Changed,
  DecodedError,
  Permit2Grant,
  Report,
} from './rpc/report.js'
export type { SignedAuthorization, Transaction } from './rpc/transaction.js'
export type { Authorization, TransactionRequest } from './rpc/transactionRequest.js'
export type {
  Account,
  AccountAccess,
  AccountChange,
  BalanceAccess,
  BlockOutcome,
  Cause,
  Checks,
  CodeAccess,
  Hex,
  Incarnation,
  IncarnationOutcome,
  Log,
  Mismatch,
  NonceAccess,
  Receipt,
  Schedule,
  Slot,
  SlotAccess,
  Span,
  Status,
  TransactionType,
  Wait,
  WordAccess,
} from './type/wire.js'
