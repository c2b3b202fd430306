import { createEvm, type Evm } from '../../dist/js/src/index.js'
import { testBuild } from './testBuild.js'

/** Environment to break engines in, the same in Node.js and in a page. */
export type Lab = {
  readonly createEvm: typeof createEvm
  /** Starts an engine that serves requests that break it. */
  breakable(options: createEvm.Options): Promise<Breakable>
  /** All workers that were started here, in order. */
  readonly workers: readonly LabWorker[]
  /** Gives later workers whose name contains `part` a script that does not exist. */
  breakScript(part: string | undefined): void
  /** Refuses later workers whose name contains `part`, as a security policy would. */
  refuse(part: string | undefined): void
  /** Sets whether the wasm module is missing. */
  hideModule(hidden: boolean): void
  /** Resolves with a block of the package. */
  fixture(name: string): Promise<Uint8Array>
  /** Restores the host. */
  leave(): void
}

export type Breakable = {
  evm: Evm
  fault: Fault
  /** Keeps engine and pool busy for minutes. */
  longCall(fixture: Uint8Array): Promise<unknown>
}

export type LabWorker = {
  readonly name: string
  /** Whether it has ended. Browsers do not say: always false there. */
  hasEnded(): boolean
  /** Ends the worker as the system would, without an event for the package. */
  kill(): void
}

type Fault = (
  kind: 'panicInEngine' | 'panicInPool' | 'hang',
  signal?: AbortSignal,
) => Promise<unknown>

/** Intercepts the workers and files that the package gets from the host. */
export function enterLab(): Lab {
  const workers: LabWorker[] = []
  let brokenScript: string | undefined
  let moduleHidden = false
  let refused: string | undefined

  const swap = (url: URL, name: string) => {
    if (refused !== undefined && name.includes(refused)) throw new Error('refused')
    return brokenScript !== undefined && name.includes(brokenScript)
      ? new URL('./none.js', url)
      : url
  }

  const inNode = typeof process === 'object'
  const leave = inNode ? enterNode() : enterPage()

  function enterNode() {
    const original = process.getBuiltinModule
    const { Worker } = original('node:worker_threads')
    class Watched extends Worker {
      constructor(url: URL, options: { name: string }) {
        super(swap(url, options.name), options)
        let hasEnded = false
        this.once('exit', () => {
          hasEnded = true
        })
        // Weakly: a test of leaks must not hold what it looks for.
        const worker = new WeakRef(this)
        const kill = () => void worker.deref()?.terminate()
        workers.push({ name: options.name, kill, hasEnded: () => hasEnded })
      }
    }
    const changed: Record<string, object> = {
      'node:worker_threads': { ...original('node:worker_threads'), Worker: Watched },
      'node:fs/promises': {
        readFile: (url: URL) =>
          original('node:fs/promises').readFile(moduleHidden ? new URL('./none', url) : url),
      },
    }
    const replaced = (id: string) => changed[id] ?? original(id)
    process.getBuiltinModule = replaced as typeof original
    return () => {
      process.getBuiltinModule = original
    }
  }

  function enterPage() {
    const { Worker, fetch } = globalThis
    let started = 0
    // An engine starts its workers in one task, itself first. Bundlers want constant options: there is no name in them.
    const nextName = () => {
      if (started === 0) setTimeout(() => (started = 0), 0)
      started += 1
      return started === 1 ? 'parevm-engine' : `parevm-pool-${started - 2}`
    }
    class Watched extends Worker {
      constructor(url: URL, options: WorkerOptions) {
        const name = nextName()
        super(swap(url, name), options)
        const worker = new WeakRef(this)
        workers.push({ name, kill: () => worker.deref()?.terminate(), hasEnded: () => false })
      }
    }
    globalThis.Worker = Watched as typeof Worker
    globalThis.fetch = (input, init) =>
      fetch(moduleHidden && String(input).includes('.wasm') ? '/none' : input, init)
    return () => {
      globalThis.Worker = Worker
      globalThis.fetch = fetch
    }
  }

  return {
    createEvm,
    async breakable(options) {
      const { startEvm, detectHost } = await testBuild()
      const { evm, supervisor } = await startEvm(await detectHost(), options, { faults: true })
      return {
        evm,
        fault: (fault, signal) => supervisor.request({ kind: 'fault', fault }, { signal }),
        longCall(fixture) {
          const timing = { samples: 1000, sampleMs: 100 }
          return supervisor.request({
            kind: 'replay',
            block: fixture,
            executor: 'parallel',
            ...timing,
          })
        },
      }
    },
    workers,
    breakScript(part) {
      brokenScript = part
    },
    refuse(part) {
      refused = part
    },
    hideModule(hidden) {
      moduleHidden = hidden
    },
    async fixture(name) {
      const url = new URL(`../../fixtures/${name}.json.gz`, import.meta.url)
      if (inNode) {
        const { readFile } = await import('node:fs/promises')
        return new Uint8Array(await readFile(url))
      }
      return new Uint8Array(await (await fetch(url)).arrayBuffer())
    },
    leave,
  }
}
