import type { Assets } from './assets.js'
import { browserHost } from './browser.js'
import { UnsupportedRuntimeError } from './choose.js'
import type { FileOptions, Host } from './host.js'
import { loadModule } from './loadModule.js'

/**
 * Resolves with the host in which this code runs.
 *
 * @throws {@link UnsupportedRuntimeError} parevm does not support it.
 */
export async function detectHost(assets: Assets, files?: FileOptions): Promise<Host> {
  if (typeof WebAssembly === 'object') {
    if (typeof process === 'object' && typeof process.getBuiltinModule === 'function')
      // Loaded here: pages do not need it.
      return (await loadModule('parevm/node', () => import('./node.js'))).nodeHost(assets, files)
    if (typeof fetch === 'function') return browserHost(assets, files)
  }
  throw new UnsupportedRuntimeError('parevm does not support this runtime.', {
    hint: 'Use Node.js 20.16 or later, Deno, Bun, workerd, or a browser with WebAssembly.',
  })
}
