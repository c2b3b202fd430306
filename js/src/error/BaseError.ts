/**
 * Base of all errors of parevm: a stable `name` and `code`, a message, and a hint of what to do.
 */
export abstract class BaseError<data = Readonly<Record<string, unknown>>> extends Error {
  abstract override readonly name: string
  /** Stable code for `switch`; a number where a specification defines it (EIP-1193, JSON-RPC). */
  abstract readonly code: string | number
  /** Details of the code: plain data that survives `structuredClone`. */
  readonly data: data
  /** What to do. */
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
