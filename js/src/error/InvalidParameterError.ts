import { BaseError } from './BaseError.js'
import { cut } from './cut.js'

/** A parameter or option has an invalid value. */
export class InvalidParameterError extends BaseError {
  override readonly name = 'InvalidParameterError'
  readonly code = 'INVALID_PARAMETER'
  constructor(parameter: string, expected: string, value: unknown, cause?: unknown, hint?: string) {
    const name = cut(parameter)
    super(`\`${name}\` must be ${expected}, not ${describe(value)}.`, {
      cause,
      data: { parameter: name },
      hint,
    })
  }
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(cut(value, LONGEST))
  // Formatting an integer takes quadratic time.
  if (typeof value === 'bigint')
    return value < LARGE && value > -LARGE ? `${value}n` : 'an integer of more than 256 bits'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'function') return 'a function'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

/** Longest text in a message, in characters. */
const LONGEST = 80
/** Above every parameter. */
const LARGE = 2n ** 256n
