/** Longest foreign text in a message, in characters. */
export const MOST_ECHOED = 200

/**
 * Cuts a foreign text to a length, with three dots at its end. Surrogate pairs stay whole.
 *
 * @param most - Longest result, dots included, in UTF-16 units.
 */
export function cut(text: string, most = MOST_ECHOED): string {
  if (text.length <= most) return text
  const end = most - DOTS.length
  const last = text.charCodeAt(end - 1)
  // The first half of a surrogate pair.
  const isHalf = last >= 0xd800 && last <= 0xdbff
  return `${text.slice(0, isHalf ? end - 1 : end)}${DOTS}`
}

/** Cuts a foreign text and puts it in quotes. */
export function quote(text: string): string {
  return JSON.stringify(cut(text))
}

const DOTS = '...'
