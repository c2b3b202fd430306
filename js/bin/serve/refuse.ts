import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Refuses a request with a JSON-RPC error. The rest of its body is discarded for a moment; then the connection is closed.
 */
export function refuse(response: ServerResponse, { status, message, headers }: Refusal): void {
  const { req: request } = response
  const error = { code: codeOf(status), message }
  const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: null, error }))
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers
  const isSending = !request.complete && (encoding !== undefined || Number(length) !== 0)
  // A client that still sends would see a broken connection in place of the answer.
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

/** Refuses a handshake, whose stream the server has detached. */
export function refuseUpgrade(request: IncomingMessage, stream: Socket, refusal: Refusal): void {
  const response = new ServerResponse(request)
  response.assignSocket(stream)
  response.once('finish', () => stream.destroySoon())
  refuse(response, refusal)
}

/** Refusal of an unread request. */
export type Refusal = {
  readonly status: 401 | 403 | 404 | 405 | 413 | 415 | 429 | 503
  /** Expected value, and how to fix it. */
  readonly message: string
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** Returns the JSON-RPC code of a status: unauthorized (EIP-1193), limit exceeded (EIP-1474) or invalid request. */
function codeOf(status: Refusal['status']): number {
  if (status === 401 || status === 403) return 4100
  return RETRIES.has(status) ? -32005 : -32600
}

/** Statuses with Retry-After. */
const RETRIES: ReadonlySet<number> = new Set([429, 503])

/** Milliseconds of discarding the rest of a refused body. */
const LINGER_MS = 500
