import { BaseError } from './BaseError.js'

/** A parameter or option has a value that it cannot have. */
export class InvalidParameterError extends BaseError {
  override readonly name = 'InvalidParameterError'
  readonly code = 'INVALID_PARAMETER'
  constructor(parameter: string, expected: string, value: unknown, cause?: unknown, hint?: string) {
    super(`\`${parameter}\` must be ${expected}, not ${describe(value)}.`, {
      cause,
      data: { parameter },
      hint,
    })
  }
}

function describe(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}...` : value)
  if (typeof value === 'bigint') return `${value}n`
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'function') return 'a function'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

/** Characters of a text that a message shows. */
const LONGEST = 80
