import { closeSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { isatty } from 'node:tty'
import { BaseError } from '../src/error/BaseError.js'
import { cleanLines } from './terminal.js'

/**
 * Standard output and standard error: the only module of the command that writes to them.
 *
 * Neither can end the process, whatever is at their other end: a closed pipe, a full disk, a terminal that is
 * gone. A pipe that nobody reads holds up nothing and takes no more than {@link MOST_BYTES} of memory. Nor can
 * what is written command a terminal.
 */

/** Bytes of lines that wait for a slow reader; what comes on top is dropped and counted. */
const MOST_BYTES = 2 ** 20

/** A stream that keeps the promises of this module. */
export type Output = {
  /**
   * Writes a result. Resolves when it is written, or when its reader has closed the pipe: who reads no
   * further, as `head` does, has all that it wants.
   *
   * @throws {@link OutputError} It could not be written, as on a full disk.
   */
  print(text: string): Promise<void>
  /** Writes lines that nothing depends on. Never fails; drops them where nobody reads. */
  note(text: string): void
}

/**
 * Returns the output to `open()`, which is called once, with the first text.
 *
 * @param name - Of the stream, for errors.
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
      // Files are written at once, and a terminal that is gone cannot be opened.
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

/** The reader has closed its end, or the terminal is gone. */
const GONE: ReadonlySet<unknown> = new Set(['EPIPE', 'EIO', 'ECONNRESET'])

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined
}

/** Node.js writes to a terminal and waits: one that was stopped with Ctrl-S would stop the event loop, too. */
function stopBlocking(stream: Writable): void {
  if (Reflect.get(stream, 'isTTY') !== true) return
  const handle: { setBlocking?: (blocks: boolean) => unknown } | undefined = Reflect.get(
    stream,
    '_handle',
  )
  handle?.setBlocking?.(false)
}

/** Descriptors that were a terminal when the process began. */
export const terminals: readonly number[] = [0, 1, 2].filter((descriptor) => isatty(descriptor))

// Node.js sets terminals back when it ends, and aborts where one of them is gone and not closed.
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
