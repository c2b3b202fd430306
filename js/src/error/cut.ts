/** Characters of a foreign text that a message repeats at most. */
export const MOST_ECHOED = 200

/**
 * Returns the beginning of a foreign text, with three dots where it was cut. No character is cut in half.
 *
 * @param most - Length of the whole, dots included, in UTF-16 units.
 */
export function cut(text: string, most = MOST_ECHOED): string {
  if (text.length <= most) return text
  const end = most - DOTS.length
  const last = text.charCodeAt(end - 1)
  // The first half of a character that takes two units.
  const isHalf = last >= 0xd800 && last <= 0xdbff
  return `${text.slice(0, isHalf ? end - 1 : end)}${DOTS}`
}

/** Returns a foreign text in quotes, its beginning only. */
export function quote(text: string): string {
  return JSON.stringify(cut(text))
}

const DOTS = '...'
