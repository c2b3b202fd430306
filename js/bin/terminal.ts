import { BaseError } from '../src/error/BaseError.js'

/** Characters that control a terminal, reorder what it shows, or show nothing; and halves of pairs. */
const HOSTILE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/** Returns a character as JSON and JavaScript escape it, so that escaped JSON stays the same JSON. */
function escaped(character: string): string {
  const short = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character]
  if (short !== undefined) return short
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}

/**
 * Returns text that somebody else chose (a contract, a file, a client, the command line) on one line,
 * with visible escapes in place of controls, invisible characters and changes of direction.
 *
 * @param most - Characters at most; what is left out is marked.
 */
export function clean(text: string, most = Number.POSITIVE_INFINITY): string {
  const shown = text.length > most ? `${text.slice(0, most)}...` : text
  return shown.replace(HOSTILE, escaped)
}

/** Returns lines of this program's own making; what else is hostile in them is escaped as by {@link clean}. */
export function cleanLines(text: string): string {
  return text.replace(HOSTILE, (character) => (character === '\n' ? character : escaped(character)))
}

/** Returns the message of an error: what it quotes stays on one line, its hint is the next. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return clean(String(error))
  const hint = error instanceof BaseError ? error.hint : undefined
  if (hint === undefined) return clean(error.message)
  return `${clean(error.message.slice(0, -hint.length - 1))}\n${cleanLines(hint)}`
}

/** Prints lines on stdout. Everything that the command prints goes through here or {@link printError}. */
export function print(lines: string): void {
  process.stdout.write(cleanLines(lines))
}

/** Prints lines on stderr. */
export function printError(lines: string): void {
  process.stderr.write(cleanLines(lines))
}
