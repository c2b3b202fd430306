import type { WireError } from '../pool/message.js'
import { BaseError } from './BaseError.js'

/** Returns the error that belongs to what the engine sent. */
export function engineError(error: WireError): BaseError {
  switch (error.code) {
    case 'INVALID_FIXTURE':
      return new InvalidFixtureError(error)
    case 'INVALID_BLOCK':
      return new InvalidBlockError(error)
    case 'INVALID_TRANSACTION':
      return new InvalidTransactionError(error)
    case 'INVALID_CHAIN':
      return new InvalidChainError(error)
    case 'STATE_UNAVAILABLE':
      return new StateUnavailableError(error)
    default:
      return new EngineBugError(error)
  }
}

/** A block, or the state before it, cannot be used: it is cut off, lacks a field, or contradicts itself. */
export class InvalidFixtureError extends BaseError {
  override readonly name = 'InvalidFixtureError'
  readonly code = 'INVALID_FIXTURE'
  /** Path of the field that is wrong, as in `block.transactions[3].from`. */
  readonly field: string | undefined
  /** Position of the transaction that is wrong, from zero. */
  readonly index: number | undefined
  constructor({ message, data }: WireError) {
    super(`The block with the state before it cannot be used: ${message}.`, {
      data,
      hint:
        data.field === 'chainId'
          ? 'Say when the forks of this chain begin: `schedule` or `genesis`.'
          : 'Correct it; do not retry with the same one.',
    })
    this.field = text(data.field)
    this.index = position(data.index)
  }
}

/** The chain cannot be opened: its genesis, a block to import or the saved chain is wrong. */
export class InvalidChainError extends BaseError {
  override readonly name = 'InvalidChainError'
  readonly code = 'INVALID_CHAIN'
  /** The option of `createEvm` that is wrong. */
  readonly field: string | undefined
  constructor({ message, data }: WireError) {
    super(`The chain cannot be opened: ${message}.`, {
      data,
      hint: 'Correct it; do not retry with the same one.',
    })
    this.field = text(data.field)
  }
}

/** No valid chain holds this block. */
export class InvalidBlockError extends BaseError {
  override readonly name = 'InvalidBlockError'
  readonly code = 'INVALID_BLOCK'
  constructor({ message, data }: WireError) {
    super(sentence(message), { data, hint: 'The block is wrong; do not retry.' })
  }
}

/** No valid block holds this transaction. */
export class InvalidTransactionError extends BaseError {
  override readonly name = 'InvalidTransactionError'
  readonly code = 'INVALID_TRANSACTION'
  /** Position of the transaction in the block, from zero. */
  readonly index: number | undefined
  constructor({ message, data }: WireError) {
    super(sentence(message), { data, hint: 'The block is wrong; do not retry.' })
    this.index = position(data.index)
  }
}

/** The state before the block lacks something that a transaction asked for. */
export class StateUnavailableError extends BaseError {
  override readonly name = 'StateUnavailableError'
  readonly code = 'STATE_UNAVAILABLE'
  /** Position of the transaction that asked, from zero. */
  readonly index: number | undefined
  constructor({ message, data }: WireError) {
    super(sentence(message), { data, hint: 'Add what is missing to the state before the block.' })
    this.index = position(data.index)
  }
}

/** An invariant of the engine broke. */
export class EngineBugError extends BaseError {
  override readonly name = 'EngineBugError'
  readonly code = 'ENGINE_BUG'
  constructor({ code, message, data }: WireError) {
    super(sentence(message), { data: { ...data, code }, hint: 'Please report it.' })
  }
}

/** The engine's texts are lower case and have no full stop. */
function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function position(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}
