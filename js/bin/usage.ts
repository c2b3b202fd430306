import { type ParseArgsConfig, parseArgs } from 'node:util'
import { cut, MOST_ECHOED, quote } from '../src/error/cut.js'
import { clean, messageOf } from './terminal.js'

/**
 * Parses the arguments of a command, as {@link parseArgs} does.
 *
 * @throws {@link UsageError} that names the flag: it is unknown, repeated, or lacks its value.
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

/** Returns the message of a parse error, in which the quoted arguments are escaped. */
function quoted({ args = [], ...config }: ParseArgsConfig, error: unknown): string {
  try {
    parseArgs({ ...config, args: args.map((word) => clean(word)) })
  } catch (again) {
    if (again instanceof Error) return again.message
  }
  return messageOf(error)
}

/** Returns the comma-separated whole numbers of a flag, from 1 to `most`. */
export function counts(option: string, text: string, most = 256): number[] {
  return text.split(',').map((word) => {
    const count = whole(word)
    if (count === undefined || count < 1 || count > most)
      throw new UsageError(`${option} takes whole numbers from 1 to ${most}, not ${quote(word)}`)
    return count
  })
}

/** Returns the whole number of a flag, from 1 to `most`. */
export function count(option: string, text: string, most = 256): number {
  const [first, ...more] = counts(option, text, most)
  if (first === undefined || more.length > 0) throw new UsageError(`${option} takes one number`)
  return first
}

/** Parses decimal digits; `undefined` for other text and for unsafe integers. */
export function whole(text: string): number | undefined {
  const number = Number(text)
  return /^\d+$/.test(text) && Number.isSafeInteger(number) ? number : undefined
}

/** The command line, or a file that it names, is invalid. The message may quote both. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  /** Code of the underlying error, such as ENOENT. */
  readonly code: string
  constructor(message: string, code = 'USAGE') {
    super(message)
    this.code = code
  }
}
