import { stderr, terminals } from '../output.js'

/**
 * Watches over what reaches the process of `parevm serve` from outside: signals to end, and errors that nothing
 * else has caught.
 *
 * - SIGINT and SIGTERM end it in order, and so does SIGHUP where one of its streams is a terminal. A second one
 *   ends it at once, with 128 and the number of the signal as the exit code.
 * - SIGHUP without a terminal is what `nohup` keeps away from other programs; Node.js has it reset. It only
 *   calls `onHangUp`.
 * - An end in order takes {@link STOP_LIMIT_MS} at most, or a second and another one for each 20 MB of a chain that
 *   has to be saved; then the exit code is 1.
 * - An error that nothing has caught is a bug of parevm. It is printed and the server goes on: the chain lives
 *   in the engine's worker, and clients other than the one that met the bug must not pay for it.
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
    // What is left to write to a pipe that nobody reads would keep the process alive.
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
    stderr.note(`parevm: an error was not caught; please report it. The server goes on.\n${text}\n`)
  })
  return { stopped }
}

export declare namespace watchProcess {
  type Parameters = {
    /** Called at a hang-up that the server outlives. Must not throw. */
    onHangUp(): void
    /** Says what an end at this moment would lose; `undefined` where that is nothing. */
    lost(): string | undefined
    /** Returns the bytes that an end in order may have to save. */
    savedBytes(): number
  }
  type ReturnType = {
    /** Resolves at the first signal to end. */
    stopped: Promise<void>
  }
}

/** Longest time from a signal to the end, in milliseconds: two seconds, less what a busy machine needs to exit. */
const STOP_LIMIT_MS = 1_600

/** What an end in order has for everything but saving. */
const CLOSE_MS = 1_000
/** A slow machine saves so many bytes in a millisecond. */
const SAVED_BYTES_PER_MS = 20_000

const STOPS: readonly (readonly [NodeJS.Signals, number])[] = [
  ['SIGINT', 2],
  ['SIGTERM', 15],
]
