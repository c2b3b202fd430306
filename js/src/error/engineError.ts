import type { WireError } from '../pool/message.js'
import { BaseError } from './BaseError.js'

/** Returns the class of error that belongs to what the engine sent. */
export function engineError(error: WireError): BaseError {
  return new EngineError(error)
}

/** An error of the engine that has no class of its own. */
export class EngineError extends BaseError {
  override readonly name = 'EngineError'
  readonly code: string
  constructor({ code, message, data }: WireError) {
    super(message, { data })
    this.code = code
  }
}
