import { BaseError } from '../error/BaseError.js'

/**
 * Error of the provider. `code` is that of EIP-1193 or JSON-RPC; `data` has the content that the specification of
 * the code requires, such as revert data.
 */
export class ProviderRpcError extends BaseError<unknown> {
  override readonly name: string = 'ProviderRpcError'
  readonly code: number
  constructor(code: number, message: string, options: ProviderRpcError.Options = {}) {
    super(message, { cause: options.cause, data: options.data })
    this.code = code
  }
  /** Message, under viem's name. */
  get details(): string {
    return this.message
  }
}

export declare namespace ProviderRpcError {
  type Options = { data?: unknown; cause?: unknown }
  /** Error object of JSON-RPC. */
  type Wire = { readonly code: number; readonly message: string; readonly data?: unknown }
}

/** -32600: the JSON is not a request. */
export class InvalidRequestRpcError extends ProviderRpcError {
  override readonly name = 'InvalidRequestRpcError'
}
/** -32601: the method does not exist. */
export class MethodNotFoundRpcError extends ProviderRpcError {
  override readonly name = 'MethodNotFoundRpcError'
}
/** -32602: a parameter is invalid. */
export class InvalidParamsRpcError extends ProviderRpcError {
  override readonly name = 'InvalidParamsRpcError'
}
/** -32603: the request failed inside the engine. */
export class InternalRpcError extends ProviderRpcError {
  override readonly name = 'InternalRpcError'
}
/** -32000: the request cannot be served in this state of the chain. */
export class InvalidInputRpcError extends ProviderRpcError {
  override readonly name = 'InvalidInputRpcError'
}
/** -32001: the requested block does not exist. */
export class ResourceNotFoundRpcError extends ProviderRpcError {
  override readonly name = 'ResourceNotFoundRpcError'
}
/** -32002: the state before the block is incomplete. */
export class ResourceUnavailableRpcError extends ProviderRpcError {
  override readonly name = 'ResourceUnavailableRpcError'
}
/** -32003: the answer is larger than its limit (as in geth). */
export class TransactionRejectedRpcError extends ProviderRpcError {
  override readonly name = 'TransactionRejectedRpcError'
}
/** -32005: the request exceeds a limit. */
export class LimitExceededRpcError extends ProviderRpcError {
  override readonly name = 'LimitExceededRpcError'
}
/** -32016: the request exceeded its time limit. */
export class TimeoutRpcError extends ProviderRpcError {
  override readonly name = 'TimeoutRpcError'
}
/** 3: the call reverted; `data` is the revert data. */
export class ExecutionRevertedError extends ProviderRpcError {
  override readonly name = 'ExecutionRevertedError'
  /** `data` decoded by the ABI of the call, where the ABI has the error. */
  readonly decoded: ExecutionRevertedError.Decoded | undefined
  constructor(code: number, message: string, options: ExecutionRevertedError.Options = {}) {
    super(code, message, options)
    this.decoded = options.decoded
  }
}

export declare namespace ExecutionRevertedError {
  type Options = ProviderRpcError.Options & { decoded?: Decoded | undefined }
  type Decoded = { readonly errorName: string; readonly args: readonly unknown[] }
}
/** 4: the transaction was sent, and was in no block in time (EIP-7966); `data` is its hash. */
export class TransactionTimeoutError extends ProviderRpcError {
  override readonly name = 'TransactionTimeoutError'
}
/** 5: the transaction was sent, and the next block cannot hold it (EIP-7966); `data` is its hash. */
export class TransactionNotReadyError extends ProviderRpcError {
  override readonly name = 'TransactionNotReadyError'
}
/** -38010 to -38026: `eth_simulateV1` refuses a call, a block or an override; `code` has the reason. */
export class SimulationRefusedError extends ProviderRpcError {
  override readonly name = 'SimulationRefusedError'
}
/** 4100: the account is not connected, or the method not allowed. */
export class UnauthorizedProviderError extends ProviderRpcError {
  override readonly name = 'UnauthorizedProviderError'
}
/** 4900: the engine was closed. */
export class ProviderDisconnectedError extends ProviderRpcError {
  override readonly name = 'ProviderDisconnectedError'
}
/** 4902: the wallet does not know the chain; add it first. */
export class SwitchChainError extends ProviderRpcError {
  override readonly name = 'SwitchChainError'
}
/** 5700: a bundle requires a capability that is not supported. */
export class UnsupportedNonOptionalCapabilityError extends ProviderRpcError {
  override readonly name = 'UnsupportedNonOptionalCapabilityError'
}
/** 5710: a bundle is for another chain. */
export class UnsupportedChainIdError extends ProviderRpcError {
  override readonly name = 'UnsupportedChainIdError'
}
/** 5720: a bundle with this id exists already. */
export class DuplicateIdError extends ProviderRpcError {
  override readonly name = 'DuplicateIdError'
}
/** 5730: no bundle has this id. */
export class UnknownBundleIdError extends ProviderRpcError {
  override readonly name = 'UnknownBundleIdError'
}
/** 5740: a bundle has too many calls. */
export class BundleTooLargeError extends ProviderRpcError {
  override readonly name = 'BundleTooLargeError'
}
/** 5760: a bundle must be atomic, which is not supported. */
export class AtomicityNotSupportedError extends ProviderRpcError {
  override readonly name = 'AtomicityNotSupportedError'
}

/** Classes by the codes that the node, the wallet and the provider throw. */
export const CLASSES: Readonly<Record<number, typeof ProviderRpcError>> = {
  [-32600]: InvalidRequestRpcError,
  [-32601]: MethodNotFoundRpcError,
  [-32602]: InvalidParamsRpcError,
  [-32603]: InternalRpcError,
  [-32000]: InvalidInputRpcError,
  [-32001]: ResourceNotFoundRpcError,
  [-32002]: ResourceUnavailableRpcError,
  [-32003]: TransactionRejectedRpcError,
  [-32005]: LimitExceededRpcError,
  [-32016]: TimeoutRpcError,
  3: ExecutionRevertedError,
  4: TransactionTimeoutError,
  5: TransactionNotReadyError,
  4100: UnauthorizedProviderError,
  4900: ProviderDisconnectedError,
  4902: SwitchChainError,
  5700: UnsupportedNonOptionalCapabilityError,
  5710: UnsupportedChainIdError,
  5720: DuplicateIdError,
  5730: UnknownBundleIdError,
  5740: BundleTooLargeError,
  5760: AtomicityNotSupportedError,
  [-38010]: SimulationRefusedError,
  [-38011]: SimulationRefusedError,
  [-38012]: SimulationRefusedError,
  [-38013]: SimulationRefusedError,
  [-38014]: SimulationRefusedError,
  [-38015]: SimulationRefusedError,
  [-38020]: SimulationRefusedError,
  [-38021]: SimulationRefusedError,
  [-38022]: SimulationRefusedError,
  [-38023]: SimulationRefusedError,
  [-38024]: SimulationRefusedError,
  [-38025]: SimulationRefusedError,
  [-38026]: SimulationRefusedError,
}

/** Returns an error object of JSON-RPC as an instance of the class of its code. */
export function rpcError(
  { code, message, data }: ProviderRpcError.Wire,
  cause?: unknown,
): ProviderRpcError {
  const Class = CLASSES[code] ?? ProviderRpcError
  return new Class(code, message, { data, cause })
}
