import type { IncomingMessage, ServerResponse } from 'node:http'
import { cut } from '../../src/error/cut.js'
import { clean } from '../terminal.js'
import { readBody } from './body.js'
import type { Budget } from './budget.js'
import { clientOf } from './client.js'
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
    process.stderr.write(`${clean(cut(String(error)))}\n`)
    response.destroy()
  }
}

async function answer(parameters: serveHttp.Parameters): Promise<void> {
  const { dispatcher, limits, arriving, request, response } = parameters
  response.setHeader('access-control-allow-origin', '*')
  response.setHeader('access-control-allow-methods', 'POST, OPTIONS')
  response.setHeader('access-control-allow-headers', 'content-type')
  if (request.method === 'OPTIONS') return void response.writeHead(204).end()
  if (request.method !== 'POST')
    return void response.writeHead(405, { allow: 'POST, OPTIONS' }).end()
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding.trim().toLowerCase() !== 'identity') return refuse(response, COMPRESSED)
  const client = clientOf(request)
  const isTooLong = Number(request.headers['content-length'] ?? 0) > limits.body
  if (request.headers.expect !== undefined && !isTooLong) response.writeContinue()
  const body = await readBody({ request, most: limits.body, client, arriving })
  if (body === undefined) return
  if ('status' in body)
    return refuse(response, { status: body.status, reason: REASONS[body.status] })
  const gone = new AbortController()
  response.once('close', () => gone.abort(new Error('the client has gone')))
  if (response.closed) return
  let text: string | undefined
  try {
    text = await dispatcher.answer(body.text, { signal: gone.signal, client })
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

/** Refuses a request with a reason. What still comes of its body is thrown away, for a moment. */
export function refuse(response: ServerResponse, { status, reason, headers }: Refusal): void {
  const { req: request } = response
  const retry = RETRIES.has(status) ? { 'retry-after': '1' } : {}
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    ...retry,
    ...headers,
  })
  response.end(`${reason}\n`)
  if (request.complete) return
  const { socket } = request
  // Time for a client that is still sending to read the answer.
  const timer = setTimeout(() => {
    if (!request.complete) socket.destroy()
  }, LINGER_MS)
  timer.unref()
  request.once('close', () => clearTimeout(timer))
}

/** Why a request is not read. */
export type Refusal = {
  readonly status: 413 | 415 | 429 | 503
  readonly reason: string
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** Statuses of requests that may be repeated. */
const RETRIES: ReadonlySet<number> = new Set([429, 503])

const COMPRESSED: Refusal = {
  status: 415,
  reason: 'a body must not be compressed',
  headers: { 'accept-encoding': 'identity' },
}

const REASONS = {
  413: 'the body is too large',
  429: 'too many bytes of this client are arriving',
  503: 'too many bytes of all clients are arriving',
}

/** Milliseconds in which what a refused client still sends is thrown away. */
const LINGER_MS = 500
