import { InvalidParameterError } from '../error/InvalidParameterError.js'

/**
 * Returns the object that is the first of positional parameters.
 *
 * @param path - What an error calls it.
 * @throws {@link InvalidParameterError} There is none.
 */
export function record(params: unknown, path: string): Record<string, unknown> {
  const given: unknown = Array.isArray(params) ? params[0] : undefined
  if (typeof given === 'object' && given !== null && !Array.isArray(given))
    return given as Record<string, unknown>
  throw new InvalidParameterError(path, 'an object', given)
}
