import { BaseError } from '../error/BaseError.js'

/**
 * What a provider throws: `code` is that of EIP-1193 or of JSON-RPC, `data` what the specification
 * puts there, such as the bytes that a call has reverted with.
 */
export class ProviderRpcError extends BaseError<unknown> {
  override readonly name: string = 'ProviderRpcError'
  readonly code: number
  constructor(code: number, message: string, options: ProviderRpcError.Options = {}) {
    super(message, { cause: options.cause, data: options.data })
    this.code = code
  }
  /** The message, under viem's name. */
  get details(): string {
    return this.message
  }
}

export declare namespace ProviderRpcError {
  type Options = { data?: unknown; cause?: unknown }
  /** An error object of JSON-RPC. */
  type Wire = { readonly code: number; readonly message: string; readonly data?: unknown }
}

/** -32700: what was sent is not JSON. */
export class ParseRpcError extends ProviderRpcError {
  override readonly name = 'ParseRpcError'
}
/** -32600: it is JSON, and no request. */
export class InvalidRequestRpcError extends ProviderRpcError {
  override readonly name = 'InvalidRequestRpcError'
}
/** -32601: there is no such method. */
export class MethodNotFoundRpcError extends ProviderRpcError {
  override readonly name = 'MethodNotFoundRpcError'
}
/** -32602: a parameter is wrong. */
export class InvalidParamsRpcError extends ProviderRpcError {
  override readonly name = 'InvalidParamsRpcError'
}
/** -32603: the answer could not be made. */
export class InternalRpcError extends ProviderRpcError {
  override readonly name = 'InternalRpcError'
}
/** -32000: what was asked for cannot be done on this chain. */
export class InvalidInputRpcError extends ProviderRpcError {
  override readonly name = 'InvalidInputRpcError'
}
/** -32001: what was asked for does not exist. */
export class ResourceNotFoundRpcError extends ProviderRpcError {
  override readonly name = 'ResourceNotFoundRpcError'
}
/** -32003: the transaction was not accepted, or the answer has more bytes than it may (geth). */
export class TransactionRejectedRpcError extends ProviderRpcError {
  override readonly name = 'TransactionRejectedRpcError'
}
/** -32005: the request is above a limit. */
export class LimitExceededRpcError extends ProviderRpcError {
  override readonly name = 'LimitExceededRpcError'
}
/** -32016: the request took longer than it may. */
export class TimeoutRpcError extends ProviderRpcError {
  override readonly name = 'TimeoutRpcError'
}
/** 3: the call has reverted; `data` is what it reverted with. */
export class ExecutionRevertedError extends ProviderRpcError {
  override readonly name = 'ExecutionRevertedError'
  /** What `data` says by the ABI of the call, where it had one that knows the error. */
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
/** 4001: the user has said no. */
export class UserRejectedRequestError extends ProviderRpcError {
  override readonly name = 'UserRejectedRequestError'
}
/** 4100: the account or method was not allowed. */
export class UnauthorizedProviderError extends ProviderRpcError {
  override readonly name = 'UnauthorizedProviderError'
}
/** 4200: the provider does not know the method. */
export class UnsupportedProviderMethodError extends ProviderRpcError {
  override readonly name = 'UnsupportedProviderMethodError'
}
/** 4900: the provider serves no chain: it was closed. */
export class ProviderDisconnectedError extends ProviderRpcError {
  override readonly name = 'ProviderDisconnectedError'
}
/** 4901: the provider does not serve this chain. */
export class ChainDisconnectedError extends ProviderRpcError {
  override readonly name = 'ChainDisconnectedError'
}
/** 4902: the wallet does not know the chain. */
export class SwitchChainError extends ProviderRpcError {
  override readonly name = 'SwitchChainError'
}
/** 5700: a bundle requires a capability that the wallet does not have. */
export class UnsupportedNonOptionalCapabilityError extends ProviderRpcError {
  override readonly name = 'UnsupportedNonOptionalCapabilityError'
}
/** 5710: a bundle is for another chain. */
export class UnsupportedChainIdError extends ProviderRpcError {
  override readonly name = 'UnsupportedChainIdError'
}
/** 5720: there is a bundle of this id already. */
export class DuplicateIdError extends ProviderRpcError {
  override readonly name = 'DuplicateIdError'
}
/** 5730: there is no bundle of this id. */
export class UnknownBundleIdError extends ProviderRpcError {
  override readonly name = 'UnknownBundleIdError'
}
/** 5740: a bundle has too many calls. */
export class BundleTooLargeError extends ProviderRpcError {
  override readonly name = 'BundleTooLargeError'
}
/** 5760: a bundle has to be atomic, which the wallet cannot do. */
export class AtomicityNotSupportedError extends ProviderRpcError {
  override readonly name = 'AtomicityNotSupportedError'
}

const CLASSES: Readonly<Record<number, typeof ProviderRpcError>> = {
  [-32700]: ParseRpcError,
  [-32600]: InvalidRequestRpcError,
  [-32601]: MethodNotFoundRpcError,
  [-32602]: InvalidParamsRpcError,
  [-32603]: InternalRpcError,
  [-32000]: InvalidInputRpcError,
  [-32001]: ResourceNotFoundRpcError,
  [-32003]: TransactionRejectedRpcError,
  [-32005]: LimitExceededRpcError,
  [-32016]: TimeoutRpcError,
  3: ExecutionRevertedError,
  4001: UserRejectedRequestError,
  4100: UnauthorizedProviderError,
  4200: UnsupportedProviderMethodError,
  4900: ProviderDisconnectedError,
  4901: ChainDisconnectedError,
  4902: SwitchChainError,
  5700: UnsupportedNonOptionalCapabilityError,
  5710: UnsupportedChainIdError,
  5720: DuplicateIdError,
  5730: UnknownBundleIdError,
  5740: BundleTooLargeError,
  5760: AtomicityNotSupportedError,
}

/** Returns the error that belongs to an error object of JSON-RPC. */
export function rpcError(
  { code, message, data }: ProviderRpcError.Wire,
  cause?: unknown,
): ProviderRpcError {
  const Class = CLASSES[code] ?? ProviderRpcError
  return new Class(code, message, { data, cause })
}
