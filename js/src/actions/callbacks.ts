import { BaseError } from '../error/BaseError.js'

/**
 * Makes the caller's functions safe to call while a request runs. The first that throws, or returns
 * a promise that rejects, ends the request: `signal` is aborted with a {@link CallbackFailedError}.
 *
 * @param signal - The caller's own; when it is aborted, so is the one that is returned.
 */
export function guardCallbacks(signal: AbortSignal | undefined): guardCallbacks.ReturnType {
  const controller = new AbortController()
  const follow = () => controller.abort(signal?.reason)
  signal?.addEventListener('abort', follow, { once: true })
  if (signal?.aborted) follow()
  const unfinished = new Set<PromiseLike<void>>()

  return {
    signal: controller.signal,
    guard(name, callback) {
      const fail = (cause: unknown) => controller.abort(new CallbackFailedError(name, cause))
      return (value) => {
        if (controller.signal.aborted) return
        try {
          const returned: unknown = callback?.(value)
          if (!isPromise(returned)) return
          const ended = returned.then(
            () => void unfinished.delete(ended),
            (cause) => {
              unfinished.delete(ended)
              fail(cause)
            },
          )
          unfinished.add(ended)
        } catch (cause) {
          fail(cause)
        }
      }
    },
    async finish() {
      await Promise.all(unfinished)
      controller.signal.throwIfAborted()
    },
    release: () => signal?.removeEventListener('abort', follow),
  }
}

export declare namespace guardCallbacks {
  type ReturnType = {
    /** Aborted with the caller's own, or when a callback failed. */
    readonly signal: AbortSignal
    /** Returns `callback` so that it never throws. After an abort it is not called any more. */
    guard<T>(name: string, callback: ((value: T) => void) | undefined): (value: T) => void
    /** Resolves when the promises that callbacks returned have; rejects once `signal` is aborted. */
    finish(): Promise<void>
    /** Lets go of the caller's signal. */
    release(): void
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value
}

/** A function that the caller gave has thrown. */
export class CallbackFailedError extends BaseError {
  override readonly name = 'CallbackFailedError'
  readonly code = 'CALLBACK_FAILED'
  constructor(callback: string, cause: unknown) {
    super(`\`${callback}\` has thrown; the call was ended.`, {
      cause,
      data: { callback },
      hint: 'Its error is the `cause`.',
    })
  }
}
