import { cut } from '../../src/error/cut.js'
import { clean } from '../terminal.js'

/** Returns an answer. Both parts are JSON: the id, and the member that has the outcome. */
export function answerOf(id: string, outcome: string): string {
  return `{"jsonrpc":"2.0","id":${id},${outcome}}`
}

/** Returns the member of an answer that has an error. */
export function failure(code: number, message: string): string {
  return `"error":${JSON.stringify({ code, message })}`
}

/** Returns what is logged of a request: a line that does nothing to a terminal. */
export function lineOf(method: string, outcome: string, ms: number): string {
  const line = `${cut(method)} ${ms.toFixed(1)} ms`
  return clean(outcome.startsWith('"error"') ? `${line}, error ${errorOf(outcome)}` : line)
}

/** Returns the code and the message of an error, without its data, which may be long. */
function errorOf(outcome: string): string {
  const start = /^"error":\{"code":(-?\d+),"message":"((?:[^"\\]|\\.){0,1000})/.exec(outcome)
  if (start === null) return cut(outcome)
  const [, code, message = ''] = start
  return `${code}: ${cut(spoken(message))}`
}

function spoken(message: string): string {
  try {
    return JSON.parse(`"${message}"`)
  } catch {
    // Cut off within an escape.
    return message
  }
}
