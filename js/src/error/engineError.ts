import type { WireError } from '../pool/message.js'
import { BaseError } from './BaseError.js'

/** Errors by the codes of `crate/wasm/src/error.rs`. */
export const ENGINE_ERRORS = {
  INVALID_FIXTURE: (error) => new InvalidFixtureError(error),
  INVALID_BLOCK: (error) => new InvalidBlockError(error),
  INVALID_TRANSACTION: (error) => new InvalidTransactionError(error),
  INVALID_CHAIN: (error) => new InvalidChainError(error),
  STATE_UNAVAILABLE: (error) => new StateUnavailableError(error),
  // The supervisor rejects an aborted request before the engine answers, and options are checked before they are sent.
  CANCELLED: (error) => new EngineBugError(error),
  INVALID_OPTION: (error) => new EngineBugError(error),
  BUG: (error) => new EngineBugError(error),
} as const satisfies Readonly<Record<string, (error: WireError) => BaseError>>

/** Returns an error of the engine as an instance of the class of its code. */
export function engineError(error: WireError): BaseError {
  const { code } = error
  return isKnown(code) ? ENGINE_ERRORS[code](error) : new EngineBugError(error)
}

function isKnown(code: string): code is keyof typeof ENGINE_ERRORS {
  return Object.hasOwn(ENGINE_ERRORS, code)
}

/** A block or the state before it is malformed: truncated, incomplete or contradictory. */
export class InvalidFixtureError extends BaseError {
  override readonly name = 'InvalidFixtureError'
  readonly code = 'INVALID_FIXTURE'
  /** Path of the invalid field, such as `block.transactions[3].from`. */
  readonly field: string | undefined
  /** Position of the invalid transaction, from zero. */
  readonly index: number | undefined
  constructor({ message, data }: WireError) {
    super(`The block or the state before it is malformed: ${message}.`, {
      data,
      hint:
        data.field === 'chainId'
          ? 'Pass the fork schedule of this chain: `schedule` or `genesis`.'
          : 'Correct the input; do not retry with the same one.',
    })
    this.field = text(data.field)
    this.index = position(data.index)
  }
}

/** The node cannot open its chain: the genesis, an imported block or the saved chain is invalid. */
export class InvalidChainError extends BaseError {
  override readonly name = 'InvalidChainError'
  readonly code = 'INVALID_CHAIN'
  /** Invalid option of `createEvm`. */
  readonly field: string | undefined
  constructor({ message, data }: WireError) {
    super(`The chain cannot be opened: ${message}.`, {
      data,
      hint: 'Correct the input; do not retry with the same one.',
    })
    this.field = text(data.field)
  }
}

/** No valid chain holds this block. */
export class InvalidBlockError extends BaseError {
  override readonly name = 'InvalidBlockError'
  readonly code = 'INVALID_BLOCK'
  constructor({ message, data }: WireError) {
    super(sentence(message), { data, hint: 'The block is invalid; do not retry.' })
  }
}

/** No valid block holds this transaction. */
export class InvalidTransactionError extends BaseError {
  override readonly name = 'InvalidTransactionError'
  readonly code = 'INVALID_TRANSACTION'
  /** Position of the transaction in the block, from zero. */
  readonly index: number | undefined
  constructor({ message, data }: WireError) {
    super(sentence(message), { data, hint: 'The block is invalid; do not retry.' })
    this.index = position(data.index)
  }
}

/** The state before the block lacks an account, slot, code or block hash that a transaction reads. */
export class StateUnavailableError extends BaseError {
  override readonly name = 'StateUnavailableError'
  readonly code = 'STATE_UNAVAILABLE'
  /** Position of the reading transaction, from zero. */
  readonly index: number | undefined
  constructor({ message, data }: WireError) {
    super(sentence(message), { data, hint: 'Add the missing part to the state before the block.' })
    this.index = position(data.index)
  }
}

/** An invariant of the engine is broken. */
export class EngineBugError extends BaseError {
  override readonly name = 'EngineBugError'
  readonly code = 'ENGINE_BUG'
  constructor({ code, message, data }: WireError) {
    super(sentence(message), { data: { ...data, code }, hint: 'Please report it.' })
  }
}

/** Returns a text of the engine, which is lower case without a full stop, as a sentence. */
function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function position(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}
