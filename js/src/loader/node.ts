import { ModuleUnavailableError } from '../error/ModuleUnavailableError.js'
import { spawnNode } from '../pool/spawnNode.js'
import { hasSharedMemory } from './features.js'
import type { Host } from './host.js'
import { nodeModuleObstacle } from './obstacle.js'

/**
 * Returns the host for Node.js: builds from the file system, workers from `node:worker_threads`.
 *
 * Node's modules are loaded at run time, so that a bundler for browsers finds no import of them.
 */
export function nodeHost(): Host {
  const os = process.getBuiltinModule('node:os')
  return {
    features: {
      runtime: 'node',
      workers: true,
      isolated: true,
      sharedMemory: hasSharedMemory(),
      cores: os.availableParallelism(),
    },
    async compile(build) {
      const { readFile } = process.getBuiltinModule('node:fs/promises')
      const url = new URL(`../../../wasm/${build}/parevm_bg.wasm`, import.meta.url)
      try {
        return await WebAssembly.compile(await readFile(url))
      } catch (cause) {
        throw new ModuleUnavailableError(nodeModuleObstacle(cause), url.href, cause)
      }
    },
    spawn: spawnNode,
  }
}
