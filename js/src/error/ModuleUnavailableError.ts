import { BaseError } from './BaseError.js'

/** The engine's wasm could not be loaded. */
export class ModuleUnavailableError extends BaseError {
  override readonly name = 'ModuleUnavailableError'
  readonly code = 'MODULE_UNAVAILABLE'
  constructor(url: URL, cause: unknown) {
    super(`The engine's wasm could not be loaded from ${url.href}.`, {
      cause,
      data: { url: url.href },
      hint: 'The file must be deployed beside the JavaScript that asks for it.',
    })
  }
}
