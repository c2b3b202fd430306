import type { WireError } from './message.js'

/** Whether the engine threw an error of its own. Anything else is a trap or a bug: the instance is lost. */
export function isWireError(error: unknown): error is WireError {
  return typeof error === 'object' && error !== null && !(error instanceof Error) && 'code' in error
}
