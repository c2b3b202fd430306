import { setMaxListeners } from 'node:events'

/**
 * Returns the controller of a signal for any number of concurrent requests. Node.js warns of a leak at more than ten
 * listeners of a signal.
 */
export function clientSignal(): AbortController {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal)
  return controller
}
