import { BaseError } from '../error/BaseError.js'

/**
 * Guards the callbacks of a request. The first one that throws, or returns a promise that rejects, aborts the
 * returned signal with a {@link CallbackFailedError}.
 *
 * @param signal - Signal of the caller; the returned signal follows it.
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
    /** Aborted with the signal of the caller, or when a callback fails. */
    readonly signal: AbortSignal
    /** Returns a function that calls `callback` until the signal is aborted, and never throws. */
    guard<T>(name: string, callback: ((value: T) => void) | undefined): (value: T) => void
    /** Resolves when all promises of callbacks have resolved; rejects once the signal is aborted. */
    finish(): Promise<void>
    /** Stops following the signal of the caller. */
    release(): void
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value
}

/** A callback of the caller threw. */
export class CallbackFailedError extends BaseError {
  override readonly name = 'CallbackFailedError'
  readonly code = 'CALLBACK_FAILED'
  constructor(callback: string, cause: unknown) {
    super(`\`${callback}\` threw an error; the call was aborted.`, {
      cause,
      data: { callback },
      hint: 'The error is the `cause`.',
    })
  }
}
