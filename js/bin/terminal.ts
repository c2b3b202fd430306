/**
 * Returns a foreign text so that a terminal shows it and does nothing else: control characters, characters that
 * turn the direction of writing, separators of lines and tags are written as escapes.
 */
export function clean(text: string): string {
  return text.replace(HARMFUL, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}

/** Controls (Cc), formats such as bidirectional marks and tags (Cf), line and paragraph separators (Zl, Zp). */
const HARMFUL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu
