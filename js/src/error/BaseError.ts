/**
 * What every error of parevm has: a `name` and a `code` that do not change, what happened, and what
 * to do about it.
 */
export abstract class BaseError<data = Readonly<Record<string, unknown>>> extends Error {
  abstract override readonly name: string
  /** Stable, for `switch`. A number where a specification gives one (EIP-1193, JSON-RPC). */
  abstract readonly code: string | number
  /** Facts that go with the code: plain data that survives `structuredClone`. */
  readonly data: data
  /** What to do about it. */
  readonly hint: string | undefined

  constructor(message: string, options: BaseError.Options = {}) {
    super(
      options.hint === undefined ? message : `${message}\n${options.hint}`,
      options.cause === undefined ? undefined : { cause: options.cause },
    )
    this.hint = options.hint
    this.data = ('data' in options ? options.data : {}) as data
  }
}

export declare namespace BaseError {
  type Options = {
    cause?: unknown
    data?: unknown
    hint?: string | undefined
  }
}
