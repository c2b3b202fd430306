import { BaseError } from './BaseError.js'

/** A parameter or option has a value that it cannot have. */
export class InvalidParameterError extends BaseError {
  override readonly name = 'InvalidParameterError'
  readonly code = 'INVALID_PARAMETER'
  constructor(parameter: string, expected: string, value: unknown, cause?: unknown) {
    super(`\`${parameter}\` must be ${expected}, not ${describe(value)}.`, {
      cause,
      data: { parameter },
    })
  }
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
