import type { Assets } from '../loader/assets.js'
import type { Watch, WorkerHandle } from '../loader/host.js'
import { loadModule } from '../loader/loadModule.js'
import type { ToWorker } from './message.js'
import type { Port } from './port.js'
import type { Service } from './service.js'

/**
 * Starts in the caller's thread what a worker does elsewhere. Messages are delivered after the current task, as
 * between threads.
 */
export function spawnHere(watch: Watch, assets: Assets): WorkerHandle {
  let isGone = false
  let service: Service | undefined
  let receive: ((message: ToWorker) => void) | undefined
  const port: Port = {
    post: (message) => later(() => isGone || watch.onMessage(message)),
    listen(listener) {
      receive = listener
    },
    onUnreadable() {},
    onUncaught() {},
    async watched() {},
  }
  const started = loadModule('parevm/service', () => assets.service()).then(
    (create) => {
      service = create(port)
    },
    (error) => isGone || watch.onDeath(error),
  )
  return {
    get service() {
      return service
    },
    post(message) {
      if (receive === undefined) void started.then(() => isGone || receive?.(message))
      else later(() => isGone || receive?.(message))
    },
    async terminate() {
      isGone = true
      // Whatever still runs must not keep the instance.
      receive = undefined
      service = undefined
    },
    keepAlive() {},
  }
}

/** Runs `task` after the current one. Not by `queueMicrotask`, for which Node.js creates an async resource each time. */
function later(task: () => void): void {
  void resolved.then(task)
}

const resolved = Promise.resolve()
