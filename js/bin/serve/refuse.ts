import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Refuses a request, in the form that clients of JSON-RPC read. What still comes of its body is thrown away, for
 * a moment; then its connection ends.
 */
export function refuse(response: ServerResponse, { status, message, headers }: Refusal): void {
  const { req: request } = response
  const error = { code: codeOf(status), message }
  const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: null, error }))
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers
  const isSending = !request.complete && (encoding !== undefined || Number(length) !== 0)
  // One that still sends sees a broken connection in place of the answer, if it is ended at once.
  response.shouldKeepAlive = isSending
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': body.length,
    ...(RETRIES.has(status) ? { 'retry-after': '1' } : {}),
    ...headers,
  })
  response.end(body)
  if (!isSending) return
  request.resume()
  const { socket } = request
  const timer = setTimeout(() => {
    if (!request.complete) socket.destroy()
  }, LINGER_MS)
  timer.unref()
  request.once('close', () => clearTimeout(timer))
}

/** The same for a handshake, after which the server has left the stream to its listener. */
export function refuseUpgrade(request: IncomingMessage, stream: Socket, refusal: Refusal): void {
  const response = new ServerResponse(request)
  response.assignSocket(stream)
  response.once('finish', () => stream.destroySoon())
  refuse(response, refusal)
}

/** Why a request is not read. */
export type Refusal = {
  readonly status: 401 | 403 | 404 | 405 | 413 | 415 | 429 | 503
  /** What was expected, and who can do what about it. */
  readonly message: string
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** Returns the code of JSON-RPC for a status: unauthorized (EIP-1193), a limit (EIP-1474), or not a request. */
function codeOf(status: Refusal['status']): number {
  if (status === 401 || status === 403) return 4100
  return RETRIES.has(status) ? -32005 : -32600
}

/** Statuses of requests that may be repeated. */
const RETRIES: ReadonlySet<number> = new Set([429, 503])

/** Milliseconds in which what a refused client still sends is thrown away. */
const LINGER_MS = 500
