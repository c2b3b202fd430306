import { cut } from '../../src/error/cut.js'
import { clean } from '../terminal.js'

/** Returns an answer of JSON-RPC. Both parts are JSON: the id, and the member with the outcome. */
export function answerOf(id: string, outcome: string): string {
  return `{"jsonrpc":"2.0","id":${id},${outcome}}`
}

/** Returns the error member of an answer. */
export function failure(code: number, message: string): string {
  return `"error":${JSON.stringify({ code, message })}`
}

/** Returns the log line of a request, without control characters. */
export function lineOf(method: string, outcome: string, ms: number): string {
  const line = `${cut(method)} ${ms.toFixed(1)} ms`
  return clean(outcome.startsWith('"error"') ? `${line}, error ${errorOf(outcome)}` : line)
}

/** Returns code and message of an error, without its data, which may be long. */
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
    // Truncated within an escape.
    return message
  }
}
