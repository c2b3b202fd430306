import { InvalidParameterError } from '../error/InvalidParameterError.js'
import { ModuleUnavailableError } from '../error/ModuleUnavailableError.js'
import type { Build } from './choose.js'

/** Wasm of one build: compiled, as bytes, as a response, or its URL. */
export type WasmSource = WebAssembly.Module | BufferSource | Response | URL | string

export declare namespace WasmSource {
  /** Wasm of each build; the engine chooses among those that are given. */
  type ByBuild = {
    threads?: WasmSource | Promise<WasmSource> | undefined
    single?: WasmSource | Promise<WasmSource> | undefined
  }
}

/**
 * Returns the compiler of the builds of one engine.
 *
 * @param given - Wasm of the caller; left out, it is that of the package.
 * @param locate - Returns the URL of the wasm of the package.
 * @param load - Loads and compiles a file.
 */
export function createCompiler(
  given: WasmSource | WasmSource.ByBuild | undefined,
  locate: (build: Build) => URL,
  load: (url: URL | string) => Promise<WebAssembly.Module>,
): Compiler {
  const compiled = new Map<Build | undefined, Promise<WebAssembly.Module>>()
  const compileOnce = (build: Build | undefined, source: () => Promise<WasmSource>) => {
    const module = compiled.get(build) ?? source().then((one) => compileSource(one, load))
    compiled.set(build, module)
    // The next engine may succeed, unless the source can be read only once.
    module.catch(() => compiled.delete(build))
    return module
  }
  const urlOf = (build: Build) => {
    try {
      return locate(build)
    } catch (cause) {
      // A bundle of CommonJS has no URL, from which that of the file would start.
      throw new ModuleUnavailableError('MODULE_NOT_FOUND', `parevm/wasm/${build}`, cause)
    }
  }
  if (given === undefined) return { compile: async (build) => loadOnce(urlOf(build).href, load) }
  if (isSource(given)) {
    const compile = () => compileOnce(undefined, async () => given)
    return { compile, builds: async () => [buildOf(await compile())] }
  }
  const builds = BUILDS.filter((build) => given[build] !== undefined)
  return {
    builds: async () => builds,
    async compile(build) {
      const module = await compileOnce(build, async () => given[build] ?? urlOf(build))
      if (buildOf(module) !== build)
        throw new InvalidParameterError(`wasm.${build}`, `the wasm of the ${build} build`, module)
      return module
    },
  }
}

/** Compiler of the builds of one engine. */
export type Compiler = {
  compile(build: Build): Promise<WebAssembly.Module>
  /** Resolves with the builds that the caller has given. */
  builds?: () => Promise<readonly Build[]>
}

const BUILDS = ['threads', 'single'] as const

/** Modules by URL: engines of one thread share them. */
const shared = new Map<string, Promise<WebAssembly.Module>>()

/** Loads and compiles a file, once for all engines of this thread. */
function loadOnce(
  url: string,
  load: (url: string) => Promise<WebAssembly.Module>,
): Promise<WebAssembly.Module> {
  const module = shared.get(url) ?? load(url)
  shared.set(url, module)
  // Whoever waits for it sees the error; the next engine tries again.
  module.catch(() => shared.delete(url))
  return module
}

async function compileSource(
  source: WasmSource,
  load: (url: URL | string) => Promise<WebAssembly.Module>,
): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source
  if (typeof source === 'string' || source instanceof URL) return load(source)
  try {
    if (!isResponse(source)) return await WebAssembly.compile(source)
    return await compileResponse(source)
  } catch (cause) {
    if (cause instanceof ModuleUnavailableError) throw cause
    throw new ModuleUnavailableError('MODULE_WRONG_TYPE', 'the option `wasm`', cause)
  }
}

/** Compiles the body of a response, while it arrives where the server names its type. */
export async function compileResponse(response: Response): Promise<WebAssembly.Module> {
  if (!response.ok) {
    const code = [404, 410].includes(response.status) ? 'MODULE_NOT_FOUND' : 'MODULE_UNAVAILABLE'
    const cause = new Error(`HTTP status ${response.status}`)
    throw new ModuleUnavailableError(code, response.url, cause)
  }
  const type = response.headers.get('content-type') ?? ''
  if (type.startsWith('application/wasm') && 'compileStreaming' in WebAssembly)
    return WebAssembly.compileStreaming(response)
  return WebAssembly.compile(await response.arrayBuffer())
}

/** Returns the build of a module: only threads import their memory. */
function buildOf(module: WebAssembly.Module): Build {
  const imports = WebAssembly.Module.imports(module)
  return imports.some(({ kind }) => kind === 'memory') ? 'threads' : 'single'
}

/** Whether a value of the option `wasm` is the wasm of one build. */
export function isSource(value: unknown): value is WasmSource {
  return (
    typeof value === 'string' ||
    value instanceof URL ||
    value instanceof WebAssembly.Module ||
    value instanceof ArrayBuffer ||
    ArrayBuffer.isView(value) ||
    isResponse(value)
  )
}

/** Duck-typed: a response may be of another realm. */
function isResponse(value: unknown): value is Response {
  return typeof value === 'object' && value !== null && 'arrayBuffer' in value && 'ok' in value
}
