import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { stderr } from '../output.js'
import { readBody } from './body.js'
import type { Budget } from './budget.js'
import { clientOf } from './client.js'
import { clientSignal } from './clientSignal.js'
import type { Dispatcher } from './dispatcher.js'
import type { Limits } from './limits.js'

export declare namespace serveHttp {
  type Parameters = {
    dispatcher: Dispatcher
    limits: Limits
    /** Bytes of bodies that are arriving. */
    arriving: Budget
    request: IncomingMessage
    response: ServerResponse
    /** The page or extension that asks, if one does. */
    origin: string | undefined
  }
}

/** Answers a request over HTTP. Never rejects: what goes wrong ends the connection. */
export async function serveHttp(parameters: serveHttp.Parameters): Promise<void> {
  const { request, response } = parameters
  // A connection that breaks shows as closed.
  request.on('error', () => response.destroy())
  response.on('error', () => response.destroy())
  try {
    await answer(parameters)
  } catch (error) {
    stderr.note(`${error}\n`)
    response.destroy()
  }
}

async function answer(parameters: serveHttp.Parameters): Promise<void> {
  const { dispatcher, limits, arriving, request, response, origin } = parameters
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding.trim().toLowerCase() !== 'identity') return refuse(response, COMPRESSED)
  const client = clientOf(request)
  const isTooLong = Number(request.headers['content-length'] ?? 0) > limits.body
  if (request.headers.expect !== undefined && !isTooLong) response.writeContinue()
  const body = await readBody({ request, most: limits.body, client, arriving })
  if (body === undefined) return
  if ('status' in body)
    return refuse(response, { status: body.status, message: REASONS[body.status] })
  const gone = clientSignal()
  response.once('close', () => gone.abort(new Error('the client has gone')))
  if (response.closed) return
  let text: string | undefined
  try {
    text = await dispatcher.answer(body.text, { signal: gone.signal, client, origin })
  } catch (error) {
    if (error !== gone.signal.reason) throw error
    return
  }
  send(response, text, limits['write-time'])
}

/** Sends an answer, for which a client may take so many milliseconds. */
function send(response: ServerResponse, text: string | undefined, ms: number): void {
  if (response.closed) return
  if (text === undefined) return void response.writeHead(204).end()
  const timer = setTimeout(() => response.destroy(), ms)
  timer.unref()
  response.once('close', () => clearTimeout(timer))
  response.writeHead(200, { 'content-type': 'application/json' }).end(text)
}

/**
 * Refuses a request, in the form that clients of JSON-RPC read, and ends its connection. What still comes of
 * its body is thrown away, for a moment.
 */
export function refuse(response: ServerResponse, { status, message, headers }: Refusal): void {
  const { req: request } = response
  const error = { code: codeOf(status), message }
  const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: null, error }))
  response.shouldKeepAlive = false
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': body.length,
    ...(RETRIES.has(status) ? { 'retry-after': '1' } : {}),
    ...headers,
  })
  response.end(body)
  if (request.complete) return
  const { socket } = request
  // Time for a client that is still sending to read the answer.
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

const COMPRESSED: Refusal = {
  status: 415,
  message: 'a body must not be compressed',
  headers: { 'accept-encoding': 'identity' },
}

const REASONS = {
  413: 'the body is too large',
  429: 'too many bytes of this client are arriving',
  503: 'too many bytes of all clients are arriving',
}

/** Milliseconds in which what a refused client still sends is thrown away. */
const LINGER_MS = 500
