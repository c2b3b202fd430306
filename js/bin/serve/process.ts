import { stderr, terminals } from '../output.js'

/**
 * Handles signals and uncaught errors of the process of `parevm serve`.
 *
 * - SIGINT and SIGTERM stop it gracefully, and so does SIGHUP where one of its streams is a terminal. A second signal
 *   ends it at once, with exit code 128 plus the number of the signal.
 * - SIGHUP without a terminal only calls `onHangUp`: Node.js resets the handler of `nohup`.
 * - A graceful stop takes at most {@link STOP_LIMIT_MS}, or a second plus one for each 20 MB of chain to save; past
 *   that the exit code is 1.
 * - An uncaught error is a bug of parevm. It is printed and the server continues: the chain is in the worker of the
 *   engine, and other clients must not be affected.
 */
export function watchProcess(parameters: watchProcess.Parameters): watchProcess.ReturnType {
  const { onHangUp, lost, savedBytes } = parameters
  let resolve: () => void
  const stopped = new Promise<void>((done) => {
    resolve = done
  })
  let isStopping = false

  const end = (code: number, why: string) => {
    const words = lost()
    stderr.note(`parevm: ${why}${words === undefined ? '' : `; ${words}`}\n`)
    process.exit(code)
  }
  const stop = (signal: NodeJS.Signals, number: number) => {
    if (isStopping) return end(128 + number, `ended at once, at the second signal (${signal})`)
    isStopping = true
    const limitMs = Math.max(STOP_LIMIT_MS, CLOSE_MS + Math.ceil(savedBytes() / SAVED_BYTES_PER_MS))
    // Output to a pipe without a reader would keep the process alive.
    setTimeout(() => {
      const failed = lost() !== undefined || process.exitCode === undefined
      if (failed) end(1, `ended after ${limitMs} ms, before everything was done`)
      else process.exit()
    }, limitMs).unref()
    resolve()
  }

  for (const [signal, number] of STOPS) process.on(signal, () => stop(signal, number))
  process.on('SIGHUP', () => (terminals.length > 0 ? stop('SIGHUP', 1) : onHangUp()))
  process.on('uncaughtException', (error) => {
    const text = error instanceof Error ? error.stack : String(error)
    stderr.note(`parevm: uncaught error; please report it. The server continues.\n${text}\n`)
  })
  return { stopped }
}

export declare namespace watchProcess {
  type Parameters = {
    /** Called at a SIGHUP that does not stop the server. Must not throw. */
    onHangUp(): void
    /** Returns a description of unsaved data; `undefined` for none. */
    lost(): string | undefined
    /** Returns the size of the chain to save in bytes. */
    savedBytes(): number
  }
  type ReturnType = {
    /** Resolves at the first signal to stop. */
    stopped: Promise<void>
  }
}

/** Milliseconds from a signal to the exit: two seconds, less the exit of a busy machine. */
const STOP_LIMIT_MS = 1_600

/** Milliseconds of a graceful stop without saving. */
const CLOSE_MS = 1_000
/** Bytes that a slow machine saves in a millisecond. */
const SAVED_BYTES_PER_MS = 20_000

const STOPS: readonly (readonly [NodeJS.Signals, number])[] = [
  ['SIGINT', 2],
  ['SIGTERM', 15],
]
