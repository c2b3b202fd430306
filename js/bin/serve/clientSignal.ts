import { setMaxListeners } from 'node:events'

/**
 * Returns the controller of a signal that ends what a client waits for: any number of requests at once. Node.js
 * takes more than ten listeners of one signal for a leak and warns.
 */
export function clientSignal(): AbortController {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal)
  return controller
}
