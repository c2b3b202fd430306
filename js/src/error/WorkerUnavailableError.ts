import { BaseError } from './BaseError.js'
import { OBSTACLES, type WorkerObstacle } from './obstacle.js'

/** A worker could not be started; {@link WorkerUnavailableError.code} is the reason. */
export class WorkerUnavailableError extends BaseError {
  override readonly name = 'WorkerUnavailableError'
  readonly code: WorkerUnavailableError.Code
  /** URL of the worker script. */
  readonly url: string
  constructor(code: WorkerObstacle, url: string, cause?: unknown) {
    const { sentence, hint } = OBSTACLES[code]
    super(`${sentence}: ${url}`, { cause, data: { url }, hint })
    this.code = code
    this.url = url
  }
}

export declare namespace WorkerUnavailableError {
  type Code = WorkerObstacle
}
