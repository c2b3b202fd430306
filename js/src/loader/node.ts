import { ModuleUnavailableError } from '../error/ModuleUnavailableError.js'
import { spawnHere } from '../pool/spawnHere.js'
import { spawnNode } from '../pool/spawnNode.js'
import type { Assets } from './assets.js'
import { hasSharedMemory } from './features.js'
import type { FileOptions, Host } from './host.js'
import { nodeModuleObstacle } from './obstacle.js'
import { compileResponse, createCompiler } from './wasmSource.js'

/**
 * Returns the host for Node.js: builds from the file system, workers from `node:worker_threads`.
 *
 * Node's modules are loaded at run time, so that a bundler for browsers finds no import of them.
 */
export function nodeHost(assets: Assets, { wasm, worker }: FileOptions = {}): Host {
  const os = process.getBuiltinModule('node:os')
  return {
    features: {
      runtime: 'node',
      // Of Node's permission model, which has no other question: a worker that is refused is an error.
      workers: worker !== undefined || process.permission?.has('worker') !== false,
      isolated: true,
      sharedMemory: hasSharedMemory(),
      cores: os.availableParallelism(),
    },
    ...createCompiler(wasm, assets.wasm, load),
    spawn: (watch) => spawnNode(watch, assets, worker),
    spawnHere: (watch) => spawnHere(watch, assets),
  }
}

async function load(source: URL | string): Promise<WebAssembly.Module> {
  const { readFile } = process.getBuiltinModule('node:fs/promises')
  try {
    if (/^https?:/.test(String(source))) return await compileResponse(await fetch(source))
    const path = /^file:/.test(String(source)) ? new URL(source) : source
    return await WebAssembly.compile(await readFile(path))
  } catch (cause) {
    if (cause instanceof ModuleUnavailableError) throw cause
    throw new ModuleUnavailableError(nodeModuleObstacle(cause), String(source), cause)
  }
}
