import { ModuleUnavailableError } from '../error/ModuleUnavailableError.js'

/**
 * Loads a module that is imported on demand.
 *
 * @param name - Name of the module, for the error.
 * @throws {@link ModuleUnavailableError} The module does not load, as after a deployment that has replaced its file.
 */
export async function loadModule<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    throw new ModuleUnavailableError('MODULE_UNAVAILABLE', name, cause)
  }
}
