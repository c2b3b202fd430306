import { InvalidParameterError } from '../error/InvalidParameterError.js'

/**
 * Returns the first positional parameter, an object.
 *
 * @param path - Path of the object in errors.
 * @throws {@link InvalidParameterError} The parameter is not an object.
 */
export function record(params: unknown, path: string): Record<string, unknown> {
  const given: unknown = Array.isArray(params) ? params[0] : undefined
  if (typeof given === 'object' && given !== null && !Array.isArray(given))
    return given as Record<string, unknown>
  throw new InvalidParameterError(path, 'an object', given)
}
