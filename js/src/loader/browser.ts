import { ModuleUnavailableError } from '../error/ModuleUnavailableError.js'
import { spawnBrowser } from '../pool/spawnBrowser.js'
import { spawnHere } from '../pool/spawnHere.js'
import type { Assets } from './assets.js'
import { hasSharedMemory } from './features.js'
import type { FileOptions, Host } from './host.js'
import { browserModuleObstacle, watchViolations } from './obstacle.js'
import { compileResponse, createCompiler } from './wasmSource.js'

/** Returns the host for pages and their workers: builds by `fetch`, module workers. */
export function browserHost(assets: Assets, { wasm, worker }: FileOptions = {}): Host {
  return {
    features: {
      runtime: 'browser',
      workers: typeof Worker === 'function',
      isolated: globalThis.crossOriginIsolated === true,
      sharedMemory: hasSharedMemory(),
      cores: globalThis.navigator?.hardwareConcurrency || 1,
    },
    ...createCompiler(wasm, assets.wasm, load),
    spawn: (watch) => spawnBrowser(watch, assets, worker),
    spawnHere: (watch) => spawnHere(watch, assets),
  }
}

async function load(source: URL | string): Promise<WebAssembly.Module> {
  const url = new URL(source, globalThis.location?.href)
  const violations = watchViolations()
  try {
    return await compileResponse(await fetch(url))
  } catch (cause) {
    const code = await browserModuleObstacle(url, violations, cause)
    throw new ModuleUnavailableError(code, url.href, cause)
  } finally {
    violations.stop()
  }
}
