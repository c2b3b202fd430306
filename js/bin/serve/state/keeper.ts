import { performance } from 'node:perf_hooks'
import { stderr } from '../../output.js'
import { messageOf, type StateFile, writeState } from './file.js'

/**
 * Returns the keeper of a state file: it saves the chain every so often, where it has changed, and at the end.
 * A save that fails is tried again; the server goes on meanwhile, and the file stays as it was.
 */
export function createKeeper(parameters: createKeeper.Parameters): Keeper {
  const { path, save, head, intervalMs } = parameters
  let { bytes } = parameters
  /** Changes of the chain, and those of them that are in the file. */
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

  /** Saves where that is worth it; never twice at once. Does not reject. */
  const keep = (): Promise<void> => {
    running ??= (changes === saved ? Promise.resolve() : write())
      .then(
        () => {
          if (hasFailed) stderr.note(`parevm: ${path} is saved again\n`)
          hasFailed = false
        },
        (error: unknown) => {
          // A full disk stays full for long: once is enough.
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
      // One that has begun may lack the last changes.
      await running
      await keep()
      // A block that was made every so often may have come meanwhile.
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
    /** Returns what stands before the chain in the file. */
    head(): StateFile.Head
    intervalMs: number
    /** Bytes of the chain that is in the file. */
    bytes: number
  }
}

export type Keeper = {
  /** Bytes of the chain, as it was saved last. */
  readonly bytes: number
  /**
   * Begins to save every so often. A new chain is saved at once, which shows that it can be.
   *
   * @throws What the file system does.
   */
  begin(options: { isNew: boolean }): Promise<void>
  /** The chain is another one than before. */
  changed(): void
  /** Saves now, if the chain has changed. Does not reject: a failure is printed, once. */
  keep(): Promise<void>
  /** Saves for the last time. Resolves with whether the file holds the chain as it is. */
  end(): Promise<boolean>
  /** Says what is not in the file; `undefined` where that is nothing. */
  lost(): string | undefined
}
