import { closeSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { isatty } from 'node:tty'
import { BaseError } from '../src/error/BaseError.js'
import { cleanLines } from './terminal.js'

/**
 * Standard output and standard error: the only module of the command that writes to them.
 *
 * Neither can end the process, whatever happens at the other end: a closed pipe, a full disk, a lost terminal. A pipe
 * without a reader blocks nothing and takes at most {@link MOST_BYTES} of memory. Control sequences in the text do not
 * reach a terminal.
 */

/** Most bytes of lines for a slow reader; further lines are dropped and counted. */
const MOST_BYTES = 2 ** 20

/** Output stream with the guarantees of this module. */
export type Output = {
  /**
   * Writes a result. Resolves when it is written, or when the reader closed the pipe, as `head` does.
   *
   * @throws {@link OutputError} The text could not be written, as on a full disk.
   */
  print(text: string): Promise<void>
  /** Writes messages. Never fails; drops them without a reader. */
  note(text: string): void
}

/**
 * Returns the output to the stream of `open()`, which is called once, at the first text.
 *
 * @param name - Name of the stream in errors.
 */
export function createOutput(
  name: string,
  open: () => Writable,
  mostBytes: number = MOST_BYTES,
): Output {
  let stream: Writable | undefined
  let dropped = 0

  const opened = () => {
    if (stream === undefined) {
      stream = open()
      // Each write reports its own failure to its callback. Without a listener the event would end the process.
      stream.on('error', () => {})
      stream.on('drain', () => {
        if (dropped === 0) return
        const text = `parevm: ${dropped} lines were dropped, because nobody read ${name}\n`
        dropped = 0
        write(text, () => {})
      })
      stopBlocking(stream)
    }
    return stream
  }
  const write = (text: string, done: (error: unknown) => void) => {
    try {
      opened().write(cleanLines(text), done)
    } catch (error) {
      // Files are written synchronously, and a lost terminal cannot be opened.
      done(error)
    }
  }

  return {
    print: (text) =>
      new Promise((resolve, reject) => {
        write(text, (error) => {
          if (error === undefined || error === null || GONE.has(codeOf(error))) resolve()
          else reject(new OutputError(name, error))
        })
      }),
    note(text) {
      if (stream !== undefined && stream.writableLength + text.length > mostBytes) dropped += 1
      else write(text, () => {})
    },
  }
}

export const stdout: Output = createOutput('stdout', () => process.stdout)
export const stderr: Output = createOutput('stderr', () => process.stderr)

/** Codes of a closed pipe or a lost terminal. */
const GONE: ReadonlySet<unknown> = new Set(['EPIPE', 'EIO', 'ECONNRESET'])

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined
}

/** Makes writes to a terminal asynchronous: one stopped with Ctrl-S would block the event loop. */
function stopBlocking(stream: Writable): void {
  if (Reflect.get(stream, 'isTTY') !== true) return
  const handle: { setBlocking?: (blocks: boolean) => unknown } | undefined = Reflect.get(
    stream,
    '_handle',
  )
  handle?.setBlocking?.(false)
}

/** Descriptors that were terminals at the start of the process. */
export const terminals: readonly number[] = [0, 1, 2].filter((descriptor) => isatty(descriptor))

// At exit Node.js resets terminals, and aborts where one is lost and not closed.
process.on('exit', () => {
  for (const descriptor of terminals) if (!isatty(descriptor)) closeSync(descriptor)
})

/** A result could not be written. */
export class OutputError extends BaseError {
  override readonly name = 'OutputError'
  readonly code = 'OUTPUT_FAILED'
  constructor(name: string, cause: unknown) {
    super(`${name} could not be written: ${cause instanceof Error ? cause.message : cause}.`, {
      cause,
    })
  }
}
