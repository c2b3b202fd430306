import { ModuleUnavailableError } from '../error/ModuleUnavailableError.js'
import { spawnBrowser } from '../pool/spawnBrowser.js'
import { hasSharedMemory } from './features.js'
import type { Host } from './host.js'
import { browserModuleObstacle, watchViolations } from './obstacle.js'

/** Returns the host for pages and their workers: builds by `fetch`, module workers. */
export function browserHost(): Host {
  return {
    features: {
      runtime: 'browser',
      workers: typeof Worker === 'function',
      isolated: globalThis.crossOriginIsolated === true,
      sharedMemory: hasSharedMemory(),
      cores: navigator.hardwareConcurrency || 1,
    },
    async compile(build) {
      // Both as literals: bundlers look for this form.
      const url =
        build === 'threads'
          ? new URL('../../../wasm/threads/parevm_bg.wasm', import.meta.url)
          : new URL('../../../wasm/single/parevm_bg.wasm', import.meta.url)
      const violations = watchViolations()
      try {
        const response = await fetch(url)
        if (!response.ok) throw new Error(`HTTP status ${response.status}`)
        const type = response.headers.get('content-type') ?? ''
        if (type.startsWith('application/wasm')) return await WebAssembly.compileStreaming(response)
        return await WebAssembly.compile(await response.arrayBuffer())
      } catch (cause) {
        const code = await browserModuleObstacle(url, violations, cause)
        throw new ModuleUnavailableError(code, url.href, cause)
      } finally {
        violations.stop()
      }
    },
    spawn: spawnBrowser,
  }
}
