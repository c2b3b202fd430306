import { performance } from 'node:perf_hooks'
import { stderr } from '../../output.js'
import { messageOf, type StateFile, writeState } from './file.js'

/**
 * Returns the keeper of a state file: it saves a changed chain at an interval, and at exit. A failed save is repeated at
 * the next interval; the old file is kept.
 */
export function createKeeper(parameters: createKeeper.Parameters): Keeper {
  const { path, save, head, intervalMs } = parameters
  let { bytes } = parameters
  /** Number of changes of the chain, and of saved changes. */
  let changes = 0
  let saved = 0
  let savedMs = performance.now()
  let hasFailed = false
  let running: Promise<void> | undefined
  let timer: ReturnType<typeof setInterval> | undefined

  const write = async () => {
    const included = changes
    const chain = await save()
    bytes = chain.length
    await writeState(path, { head: head(), chain })
    saved = included
    savedMs = performance.now()
  }

  /** Saves a changed chain, never concurrently. Does not reject. */
  const keep = (): Promise<void> => {
    running ??= (changes === saved ? Promise.resolve() : write())
      .then(
        () => {
          if (hasFailed) stderr.note(`parevm: ${path} is saved again\n`)
          hasFailed = false
        },
        (error: unknown) => {
          // Printed once: a full disk stays full for long.
          if (!hasFailed)
            stderr.note(
              `parevm: ${path} could not be saved, and will be tried again: ${messageOf(error)}\n`,
            )
          hasFailed = true
        },
      )
      .finally(() => {
        running = undefined
      })
    return running
  }

  return {
    get bytes() {
      return bytes
    },
    async begin({ isNew }) {
      if (isNew) await write()
      timer = setInterval(() => void keep(), intervalMs)
      timer.unref()
    },
    changed() {
      changes += 1
    },
    keep,
    async end() {
      clearInterval(timer)
      // A running save may lack the last changes.
      await running
      await keep()
      // Interval mining may have mined a block meanwhile.
      if (changes !== saved && !hasFailed) await keep()
      return changes === saved
    },
    lost() {
      if (changes === saved) return undefined
      const seconds = Math.round((performance.now() - savedMs) / 1000)
      return `the chain was not saved: ${path} holds it as it was ${seconds} s ago`
    },
  }
}

export declare namespace createKeeper {
  type Parameters = {
    path: string
    /** Resolves with the chain as bytes. */
    save(): Promise<Uint8Array>
    /** Returns the head of the file. */
    head(): StateFile.Head
    intervalMs: number
    /** Size of the chain in the file, in bytes. */
    bytes: number
  }
}

export type Keeper = {
  /** Size of the last saved chain, in bytes. */
  readonly bytes: number
  /**
   * Starts the interval. A new chain is saved at once, to detect an unwritable file.
   *
   * @throws Errors of the file system.
   */
  begin(options: { isNew: boolean }): Promise<void>
  /** Counts a change of the chain. */
  changed(): void
  /** Saves a changed chain now. Does not reject: a failure is printed once. */
  keep(): Promise<void>
  /** Saves the chain at exit. Resolves with whether the file is up to date. */
  end(): Promise<boolean>
  /** Returns a description of unsaved changes; `undefined` for none. */
  lost(): string | undefined
}
