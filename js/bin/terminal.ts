import { BaseError } from '../src/error/BaseError.js'

/** Control, format and invisible characters, and lone surrogates. */
const HOSTILE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/** Returns the JSON escape of a character, so that escaped JSON keeps its value. */
function escaped(character: string): string {
  const short = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character]
  if (short !== undefined) return short
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}

/**
 * Escapes foreign text (of a contract, a file, a client, the command line) to one line without control, invisible and
 * direction characters.
 */
export function clean(text: string): string {
  return text.replace(HOSTILE, escaped)
}

/** Escapes text of this program as {@link clean} does, and keeps its line breaks. */
export function cleanLines(text: string): string {
  return text.replace(HOSTILE, (character) => (character === '\n' ? character : escaped(character)))
}

/** Returns the message of an error on one line, and its hint on the next. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return clean(String(error))
  const hint = error instanceof BaseError ? error.hint : undefined
  if (hint === undefined) return clean(error.message)
  return `${clean(error.message.slice(0, -hint.length - 1))}\n${cleanLines(hint)}`
}
