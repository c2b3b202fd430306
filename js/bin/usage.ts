import { type ParseArgsConfig, parseArgs } from 'node:util'
import { cut, MOST_ECHOED, quote } from '../src/error/cut.js'
import { clean, messageOf } from './terminal.js'

/**
 * Parses the words after a command, as {@link parseArgs} does.
 *
 * @throws {@link UsageError} that names the flag: it is unknown, comes twice where it may not, or lacks its value.
 */
export function usage<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  const parsed = parse(config)
  const seen = new Set<string>()
  for (const token of parsed.tokens) {
    if (token.kind !== 'option') continue
    const isMultiple = config.options?.[token.name]?.multiple === true
    if (seen.has(token.name) && !isMultiple)
      throw new UsageError(`${clean(token.rawName)} is given more than once`)
    if (token.value === '') throw new UsageError(`${token.rawName} needs a value`)
    seen.add(token.name)
  }
  return parsed as unknown as ReturnType<typeof parseArgs<T>>
}

function parse(config: ParseArgsConfig) {
  try {
    return parseArgs({ ...config, tokens: true })
  } catch (error) {
    throw new UsageError(cut(quoted(config, error), 2 * MOST_ECHOED))
  }
}

/** Returns what is wrong with the words, which the message quotes: in several lines, none of which is theirs. */
function quoted({ args = [], ...config }: ParseArgsConfig, error: unknown): string {
  try {
    parseArgs({ ...config, args: args.map((word) => clean(word)) })
  } catch (again) {
    if (again instanceof Error) return again.message
  }
  return messageOf(error)
}

/** Returns the whole numbers in `text`, which are separated by commas, from 1 to `most`. */
export function counts(option: string, text: string, most = 256): number[] {
  return text.split(',').map((word) => {
    const count = whole(word)
    if (count === undefined || count < 1 || count > most)
      throw new UsageError(`${option} takes whole numbers from 1 to ${most}, not ${quote(word)}`)
    return count
  })
}

/** Returns the one whole number in `text`, from 1 to `most`. */
export function count(option: string, text: string, most = 256): number {
  const [first, ...more] = counts(option, text, most)
  if (first === undefined || more.length > 0) throw new UsageError(`${option} takes one number`)
  return first
}

/** Returns the number that decimal digits write; `undefined` for other text, and for what a number cannot hold. */
export function whole(text: string): number | undefined {
  const number = Number(text)
  return /^\d+$/.test(text) && Number.isSafeInteger(number) ? number : undefined
}

/** The command was called in a way that it does not understand. The message may quote files and flags. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  /** The code of the error that is why, such as ENOENT. */
  readonly code: string
  constructor(message: string, code = 'USAGE') {
    super(message)
    this.code = code
  }
}
