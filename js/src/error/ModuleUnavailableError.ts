import { BaseError } from './BaseError.js'
import { type ModuleObstacle, OBSTACLES } from './obstacle.js'

/** A file that the engine needs could not be loaded; {@link ModuleUnavailableError.code} says why. */
export class ModuleUnavailableError extends BaseError {
  override readonly name = 'ModuleUnavailableError'
  readonly code: ModuleObstacle
  /** The file: its URL, or the name of the module where it has none. */
  readonly url: string
  constructor(code: ModuleObstacle, url: string, cause?: unknown) {
    const { sentence, hint } = OBSTACLES[code]
    super(`${sentence}: ${url}`, { cause, data: { url }, hint })
    this.code = code
    this.url = url
  }
}
