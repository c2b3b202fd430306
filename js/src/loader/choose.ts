import { BaseError } from '../error/BaseError.js'
import { InvalidParameterError } from '../error/InvalidParameterError.js'
import type { Features } from './features.js'

/** `threads` has shared memory and a pool of workers, `single` runs everywhere. */
export type Build = 'threads' | 'single'

/**
 * Chooses the build and the number of executing threads from what the host can do and what the
 * caller asked for. Pure: the same input gives the same answer.
 *
 * @throws {@link InvalidParameterError} The caller asked for something that does not exist.
 * @throws {@link UnsupportedRuntimeError} Nothing fits: no workers at all, or the caller insists on
 * threads where there are none.
 */
export function choose(features: Features, wish: choose.Wish = {}): choose.Choice {
  const { threads = 'auto', build } = wish
  if (threads !== 'auto' && !(Number.isInteger(threads) && threads >= 1 && threads <= LIMIT))
    throw new InvalidParameterError(
      'threads',
      `'auto' or a whole number from 1 to ${LIMIT}`,
      threads,
    )
  if (build !== undefined && build !== 'threads' && build !== 'single')
    throw new InvalidParameterError('build', "'threads' or 'single'", build)
  if (!features.workers)
    throw new UnsupportedRuntimeError('Workers cannot be started here.', {
      hint: 'Create the engine in a page, a dedicated worker or a Node.js process.',
      data: { ...features },
    })
  // Each has an instance and the whole state of its own: only who asks gets more than one.
  const apart = threads === 'auto' ? 1 : threads
  if (build === 'single') return { build, threads: apart, reason: 'the single build was asked for' }

  const obstacle = obstacleToThreads(features)
  if (obstacle !== undefined) {
    if (build === 'threads')
      throw new UnsupportedRuntimeError(`The threads build cannot run here: ${obstacle}.`, {
        hint: 'Serve the page with COOP `same-origin` and COEP `require-corp`, or leave `build` out.',
        data: { ...features },
      })
    return { build: 'single', threads: apart, reason: obstacle }
  }

  const count = threads === 'auto' ? Math.max(1, Math.min(features.cores, MOST_THREADS)) : threads
  if (count === 1 && build === undefined) {
    const reason = threads === 'auto' ? 'there is one core' : 'one thread was asked for'
    return { build: 'single', threads: 1, reason }
  }
  const reason =
    features.runtime === 'node' ? 'Node.js with worker threads' : 'cross-origin isolated'
  return { build: 'threads', threads: count, reason }
}

export declare namespace choose {
  type Wish = {
    threads?: number | 'auto' | undefined
    build?: Build | undefined
  }
  type Choice = {
    readonly build: Build
    /**
     * Executing threads; the engine's own is not counted where it only waits. The single build has
     * more than one only for blocks run by their access list.
     */
    readonly threads: number
    /** Why this build. */
    readonly reason: string
  }
}

/** More threads than this are a mistake of the caller. */
const LIMIT = 256

/** `'auto'` goes no higher: conflicts between transactions leave more threads idle. */
const MOST_THREADS = 16

function obstacleToThreads(features: Features): string | undefined {
  if (!features.isolated) return 'the page is not cross-origin isolated'
  if (!features.sharedMemory) return 'wasm cannot share memory here'
  return undefined
}

/** No build of the engine can run where it was created. */
export class UnsupportedRuntimeError extends BaseError {
  override readonly name = 'UnsupportedRuntimeError'
  readonly code = 'UNSUPPORTED_RUNTIME'
}
