import { ModuleUnavailableError } from '../error/ModuleUnavailableError.js'

/**
 * Loads a module that is imported only where it is needed.
 *
 * @param name - What it is called, for the error.
 * @throws {@link ModuleUnavailableError} It could not be loaded, as after a deployment that has replaced its file.
 */
export async function loadModule<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    throw new ModuleUnavailableError('MODULE_UNAVAILABLE', name, cause)
  }
}
