import { type ParseArgsConfig, parseArgs } from 'node:util'

/** Parses the words after a command, as {@link parseArgs} does. */
export function usage<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config)
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

/** Returns the whole numbers in `text`, which are separated by commas, from 1 to `most`. */
export function counts(option: string, text: string, most = 256): number[] {
  return text.split(',').map((word) => {
    const count = Number(word)
    if (!Number.isInteger(count) || count < 1 || count > most)
      throw new UsageError(
        `${option} takes whole numbers from 1 to ${most}, not ${JSON.stringify(word)}`,
      )
    return count
  })
}

/** Returns the one whole number in `text`, from 1 to `most`. */
export function count(option: string, text: string, most = 256): number {
  const [first, ...more] = counts(option, text, most)
  if (first === undefined || more.length > 0) throw new UsageError(`${option} takes one number`)
  return first
}

/** The command was called in a way that it does not understand. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
