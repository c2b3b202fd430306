// Text between two markers of a page, which a program writes.

import { StepError } from './process.mjs'

/**
 * Returns `page` with `text` between the two markers.
 *
 * @throws {StepError} A marker is missing, or they are in the wrong order.
 */
export function replaced(page, [first, last], text) {
  const from = page.indexOf(first)
  const to = page.indexOf(last, from)
  if (from < 0 || to < 0) throw new StepError('the page lacks a marker', `${first} ${last}`)
  return `${page.slice(0, from + first.length)}\n${text}${page.slice(to)}`
}
