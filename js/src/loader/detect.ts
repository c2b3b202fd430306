import { browserHost } from './browser.js'
import { UnsupportedRuntimeError } from './choose.js'
import type { Host } from './host.js'
import { nodeHost } from './node.js'

/**
 * Returns the host in which this code runs.
 *
 * @throws {@link UnsupportedRuntimeError} parevm does not support it.
 */
export function detectHost(): Host {
  if (typeof WebAssembly === 'object') {
    if (typeof process === 'object' && typeof process.getBuiltinModule === 'function')
      return nodeHost()
    if (typeof navigator === 'object' && typeof fetch === 'function') return browserHost()
  }
  throw new UnsupportedRuntimeError('parevm does not support this runtime.', {
    hint: 'Use Node.js 20.16 or later, or a browser with WebAssembly.',
  })
}
