import type { Assets } from '../loader/assets.js'
import type { Watch, WorkerHandle } from '../loader/host.js'
import type { ToWorker } from './message.js'
import { createService } from './service.js'

/**
 * Starts in the caller's thread what a worker does elsewhere. Messages are delivered after the current task, as
 * between threads.
 */
export function spawnHere(watch: Watch, assets: Assets): WorkerHandle {
  let isGone = false
  let receive: ((message: ToWorker) => void) | undefined
  // Not by `queueMicrotask`, for which Node.js creates an async resource each time.
  const later = (task: () => void) => void settled.then(task)
  const service = createService(
    {
      post: (message) => later(() => isGone || watch.onMessage(message)),
      listen: (listener) => {
        receive = listener
      },
      onUnreadable() {},
      onUncaught() {},
      async watched() {},
    },
    () => assets.bindings(),
  )
  return {
    service,
    post: (message) => later(() => isGone || receive?.(message)),
    async terminate() {
      isGone = true
      // Whatever still runs must not keep the instance.
      receive = undefined
    },
    keepAlive() {},
  }
}

const settled = Promise.resolve()
