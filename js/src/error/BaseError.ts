/**
 * What every error of parevm has: a `name` and a `code` that do not change, what happened, and what
 * to do about it.
 */
export abstract class BaseError extends Error {
  abstract override readonly name: string
  /** Stable, for `switch`. */
  abstract readonly code: string
  /** Facts that go with the code: plain data that survives `structuredClone`. */
  readonly data: Readonly<Record<string, unknown>>
  /** What to do about it. */
  readonly hint: string | undefined

  constructor(message: string, options: BaseError.Options = {}) {
    super(
      options.hint === undefined ? message : `${message}\n${options.hint}`,
      options.cause === undefined ? undefined : { cause: options.cause },
    )
    this.hint = options.hint
    this.data = options.data ?? {}
  }
}

export declare namespace BaseError {
  type Options = {
    cause?: unknown
    data?: Record<string, unknown> | undefined
    hint?: string | undefined
  }
}
