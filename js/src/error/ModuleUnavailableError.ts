import { BaseError } from './BaseError.js'
import { type ModuleObstacle, OBSTACLES } from './obstacle.js'

/** A file that the engine needs could not be loaded; {@link ModuleUnavailableError.code} is the reason. */
export class ModuleUnavailableError extends BaseError {
  override readonly name = 'ModuleUnavailableError'
  readonly code: ModuleUnavailableError.Code
  /** URL of the file, or name of a module without URL. */
  readonly url: string
  constructor(code: ModuleObstacle, url: string, cause?: unknown) {
    const { sentence, hint } = OBSTACLES[code]
    super(`${sentence}: ${url}`, { cause, data: { url }, hint })
    this.code = code
    this.url = url
  }
}

export declare namespace ModuleUnavailableError {
  type Code = ModuleObstacle
}
