import { ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { anvilProgram } from '../../provider/process.js'
import { call, post } from './client.js'
import { type Inspector, inspect } from './inspector.js'

/** Server under attack, in a process of its own. */
export type Target = {
  readonly kind: 'parevm' | 'anvil'
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Its streams and signals. */
  readonly child: ChildProcess
  /** Way into the process to collect its garbage and to end its workers; only for parevm. */
  readonly inspector: Inspector | undefined
  /** How the process ended; `undefined` while it runs. */
  readonly exit: string | undefined
  /** Resolves when the process has ended, with its exit code or signal. */
  readonly ended: Promise<string>
  /** What the process wrote to stderr, the last 64 kB. */
  stderr(): string
  stop(): Promise<void>
}

/** Size of a process, as Linux counts it. */
export type Vitals = { rss: number; peak: number; threads: number; handles: number }

/** Servers that run; none outlives this program. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

const HOOK = new URL('./hook.mjs', import.meta.url).href
const here = fileURLToPath(new URL('../../..', import.meta.url))
/** Command of the package that is attacked: this one, or that in a folder of its own. */
export const SCRIPT = join(process.env.PAREVM_PACKAGE ?? here, 'dist/js/bin/parevm.js')

export declare namespace startTarget {
  type Options = {
    /** Takes a server that runs already, and never ends it. */
    url?: string | undefined
    /** Process of that server, if it is on this machine. */
    pid?: number | undefined
    kind?: Target['kind'] | undefined
    /** Options of `parevm serve`. */
    args?: readonly string[] | undefined
    /** Opens the debugger of Node, and preloads hook.mjs. */
    inspected?: boolean | undefined
    /** Words that a shell runs before the server replaces it. */
    prelude?: string | undefined
    stdio?: StdioOptions | undefined
    env?: NodeJS.ProcessEnv | undefined
  }
}

/** Starts a server on a free port of loopback. */
export async function startTarget(options: startTarget.Options = {}): Promise<Target> {
  const { kind = 'parevm', args = [], inspected = false, prelude, stdio, env } = options
  if (options.url !== undefined) return attach(options.url, kind, options.pid ?? 0)
  const flags = inspected ? ['--inspect=127.0.0.1:0', '--import', HOOK] : []
  const command =
    kind === 'anvil'
      ? [anvilProgram(), '--port', '0', '--hardfork', 'osaka', ...args]
      : [process.execPath, ...flags, SCRIPT, 'serve', '--port', '0', '--json', ...args]
  const [program, ...rest] =
    prelude === undefined ? command : ['/bin/sh', '-c', `${prelude}; exec "$@"`, 'sh', ...command]
  const child = spawn(program as string, rest, {
    stdio: stdio ?? ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  running.add(child)
  let exit: string | undefined
  let stdout = ''
  let stderr = ''
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(String(error)))
    child.once('exit', (code, signal) => {
      running.delete(child)
      exit = signal ?? `code ${code}`
      resolve(exit)
    })
  })
  child.stderr?.on('data', (text) => {
    stderr = (stderr + text).slice(-65_536)
  })
  const url = await new Promise<string>((resolve, reject) => {
    const read = (text: Buffer) => {
      stdout = (stdout + text).slice(-65_536)
      const found = /"url":"([^"]+)"/.exec(stdout)?.[1] ?? /Listening on (\S+)/.exec(stdout)?.[1]
      if (found === undefined) return
      child.stdout?.off('data', read)
      // Somebody who reads: what follows must not fill the pipe.
      if (stdio === undefined) child.stdout?.resume()
      resolve(found.startsWith('http') ? found : `http://${found}`)
    }
    child.stdout?.on('data', read)
    void ended.then((how) => reject(new Error(`the server ended at its start (${how}): ${stderr}`)))
  })
  const debugger_ = /Debugger listening on (ws:\S+)/.exec(stderr)?.[1]
  const inspector = debugger_ === undefined ? undefined : await inspect(debugger_)
  return {
    kind,
    url,
    port: Number(new URL(url).port),
    pid: child.pid as number,
    child,
    inspector,
    get exit() {
      return exit
    },
    ended,
    stderr: () => stderr,
    async stop() {
      inspector?.close()
      if (exit === undefined) child.kill()
      const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
      await ended
      clearTimeout(timer)
    },
  }
}

/**
 * Ends a worker of a server once its engine answers.
 *
 * @returns The name of the worker; `undefined` where there is none, or no answer.
 */
export async function endWorker(target: Target, part: string): Promise<string | undefined> {
  const { status } = await post(target.url, call('web3_sha3', ['0x01']), { timeoutMs: 10_000 })
  return status === 200 ? await target.inspector?.endWorker(part) : undefined
}

/** Returns a server that somebody else has started. Whether it has ended is not known here. */
function attach(url: string, kind: Target['kind'], pid: number): Target {
  return {
    kind,
    url,
    port: Number(new URL(url).port),
    pid,
    child: new ChildProcess(),
    inspector: undefined,
    exit: undefined,
    ended: new Promise(() => {}),
    stderr: () => '',
    stop: async () => {},
  }
}

/** Returns the size of a process; zeros where the system has no `/proc` or the process is gone. */
export function vitals(pid: number): Vitals {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const number = (name: string) =>
      Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)?.[1])
    return {
      rss: number('VmRSS') * 1024,
      peak: number('VmHWM') * 1024,
      threads: number('Threads'),
      handles: readdirSync(`/proc/${pid}/fd`).length,
    }
  } catch {
    return { rss: 0, peak: 0, threads: 0, handles: 0 }
  }
}

/** Begins to measure the peak anew. */
export function resetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5')
  } catch {
    // Then the peak is that of the whole life.
  }
}
