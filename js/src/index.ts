export { CallbackFailedError } from './actions/callbacks.js'
export type { executeBlock } from './actions/executeBlock.js'
export { BaseError } from './error/BaseError.js'
export {
  EngineBugError,
  InvalidBlockError,
  InvalidFixtureError,
  InvalidTransactionError,
  StateUnavailableError,
} from './error/engineError.js'
export { InvalidParameterError } from './error/InvalidParameterError.js'
export { ModuleUnavailableError } from './error/ModuleUnavailableError.js'
export { EvmClosedError } from './evm/close.js'
export { createEvm } from './evm/create.js'
export type { Evm } from './evm/evm.js'
export { type Build, UnsupportedRuntimeError } from './loader/choose.js'
export { EngineFailedError, WorkerDiedError } from './pool/engine.js'
export type { Executor, FixtureText } from './pool/message.js'
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
