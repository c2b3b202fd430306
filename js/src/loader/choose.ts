import { BaseError } from '../error/BaseError.js'
import { InvalidParameterError } from '../error/InvalidParameterError.js'
import type { Features } from './features.js'

/** Build of the engine: `threads` has shared memory and a pool of workers, `single` runs everywhere. */
export type Build = 'threads' | 'single'

/**
 * Returns the build and the number of executing threads for the features of the host and the options
 * of the caller. Pure: the same input gives the same choice.
 *
 * @throws {@link InvalidParameterError} An option has a value that does not exist.
 * @throws {@link UnsupportedRuntimeError} The host has no threads although `build` is `'threads'`.
 */
export function choose(features: Features, options: choose.Options = {}): choose.Choice {
  const { threads = 'auto', build, worker = true, builds = ['threads', 'single'] } = options
  if (threads !== 'auto' && !(Number.isInteger(threads) && threads >= 1 && threads <= MAX_THREADS))
    throw new InvalidParameterError(
      'threads',
      `'auto' or a whole number from 1 to ${MAX_THREADS}`,
      threads,
    )
  if (build !== undefined && build !== 'threads' && build !== 'single')
    throw new InvalidParameterError('build', "'threads' or 'single'", build)
  if (worker === false || !features.workers) return chooseHere(features, options)
  // Each worker has an instance and a copy of the state: more than one only on request.
  const singleThreads = threads === 'auto' ? 1 : threads
  const single = (reason: string): choose.Choice => {
    requireBuild('single', builds)
    return { build: 'single', threads: singleThreads, worker: true, reason }
  }
  if (build === 'single') return single('the single build was asked for')

  const obstacle = obstacleToThreads(features)
  if (obstacle !== undefined) {
    if (build === 'threads') throw noThreads(obstacle, features)
    return single(obstacle)
  }
  if (!builds.includes('threads') && build === undefined) return single('its wasm alone was given')
  requireBuild('threads', builds)

  const count =
    threads === 'auto' ? Math.max(1, Math.min(features.cores, MAX_AUTO_THREADS)) : threads
  if (count === 1 && build === undefined && builds.includes('single'))
    return single(threads === 'auto' ? 'there is one core' : 'one thread was asked for')
  const reason =
    features.runtime === 'node' ? 'Node.js with worker threads' : 'cross-origin isolated'
  return { build: 'threads', threads: count, worker: true, reason }
}

export declare namespace choose {
  type Options = {
    threads?: number | 'auto' | undefined
    build?: Build | undefined
    /** `false` for the caller's thread. */
    worker?: unknown
    /** Builds whose wasm is at hand. @default both */
    builds?: readonly Build[] | undefined
  }
  type Choice = {
    readonly build: Build
    /**
     * Executing threads; the engine's own does not count where it only waits. The single build has
     * more than one only for blocks that are executed by their access list.
     */
    readonly threads: number
    /** Whether the engine runs in workers, and not in the caller's thread. */
    readonly worker: boolean
    /** Reason for this build. */
    readonly reason: string
  }
}

/** Limit of the option: more threads than this are a mistake. */
const MAX_THREADS = 256

/** Limit of `'auto'`: conflicts between transactions leave more threads idle. */
const MAX_AUTO_THREADS = 16

/** Returns the choice for the caller's thread. */
function chooseHere(features: Features, options: choose.Options): choose.Choice {
  const { threads = 'auto', build, worker, builds = ['single'] } = options
  const reason =
    worker === false ? "the caller's thread was asked for" : 'workers cannot be started here'
  if (build === 'threads') throw noThreads(reason, features)
  if (worker === false && threads !== 'auto' && threads !== 1)
    throw new InvalidParameterError('threads', "1 or left out: the caller's thread is one", threads)
  requireBuild('single', builds)
  return { build: 'single', threads: 1, worker: false, reason }
}

function noThreads(obstacle: string, features: Features): UnsupportedRuntimeError {
  return new UnsupportedRuntimeError(`The threads build cannot run here: ${obstacle}.`, {
    hint: 'Serve the page with COOP `same-origin` and COEP `require-corp`, or leave `build` out.',
    data: { ...features },
  })
}

function requireBuild(build: Build, builds: readonly Build[]): void {
  if (builds.includes(build)) return
  throw new InvalidParameterError('wasm', `that of the ${build} build, which fits here`, builds)
}

function obstacleToThreads(features: Features): string | undefined {
  if (!features.isolated) return 'the page is not cross-origin isolated'
  if (!features.sharedMemory) return 'wasm cannot share memory here'
  return undefined
}

/**
 * No build of the engine can run here. The caller has to create it elsewhere, or choose another build; retrying
 * does not help.
 */
export class UnsupportedRuntimeError extends BaseError {
  override readonly name = 'UnsupportedRuntimeError'
  readonly code = 'UNSUPPORTED_RUNTIME'
}
