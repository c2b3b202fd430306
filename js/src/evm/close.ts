import { BaseError } from '../error/BaseError.js'

/** The engine was closed. */
export class EvmClosedError extends BaseError {
  override readonly name = 'EvmClosedError'
  readonly code = 'EVM_CLOSED'
  constructor() {
    super('The engine was closed.', {
      hint: 'Await pending calls before `close()`, and make no calls after it.',
    })
  }
}

/** `Symbol.asyncDispose`, or in older browsers the symbol that compilers emit for it. */
export const asyncDispose: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? (Symbol.for('Symbol.asyncDispose') as typeof Symbol.asyncDispose)
