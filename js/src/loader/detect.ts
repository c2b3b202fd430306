import { browserHost } from './browser.js'
import { UnsupportedRuntimeError } from './choose.js'
import type { Host } from './host.js'
import { nodeHost } from './node.js'

/**
 * Returns the host that this code runs in.
 *
 * @throws {@link UnsupportedRuntimeError} It is none that parevm knows.
 */
export function detectHost(): Host {
  if (typeof WebAssembly === 'object') {
    if (typeof process === 'object' && typeof process.getBuiltinModule === 'function')
      return nodeHost()
    if (typeof navigator === 'object' && typeof fetch === 'function') return browserHost()
  }
  throw new UnsupportedRuntimeError('parevm does not know this runtime.', {
    hint: 'It runs in Node.js from 20.16 on and in browsers with WebAssembly.',
  })
}
