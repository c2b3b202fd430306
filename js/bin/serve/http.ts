import type { IncomingMessage, ServerResponse } from 'node:http'
import { cut } from '../../src/error/cut.js'
import { stderr } from '../output.js'
import { clean } from '../terminal.js'
import { readBody } from './body.js'
import type { Budget } from './budget.js'
import { clientOf } from './client.js'
import { clientSignal } from './clientSignal.js'
import type { Dispatcher } from './dispatcher.js'
import type { Limits } from './limits.js'
import { type Refusal, refuse } from './refuse.js'

export declare namespace serveHttp {
  type Parameters = {
    dispatcher: Dispatcher
    limits: Limits
    /** Budget of incomplete bodies in bytes. */
    arriving: Budget
    request: IncomingMessage
    response: ServerResponse
    /** Origin of the page or extension, if any. */
    origin: string | undefined
  }
}

/** Answers an HTTP request. Never rejects: a failure closes the connection. */
export async function serveHttp(parameters: serveHttp.Parameters): Promise<void> {
  const { request, response } = parameters
  // Handled by the close events.
  request.on('error', () => response.destroy())
  response.on('error', () => response.destroy())
  try {
    await answer(parameters)
  } catch (error) {
    stderr.note(`${clean(cut(String(error)))}\n`)
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

/** Sends an answer, and closes the connection where the client does not read it in `ms` milliseconds. */
function send(response: ServerResponse, text: string | undefined, ms: number): void {
  if (response.closed) return
  if (text === undefined) return void response.writeHead(204).end()
  const timer = setTimeout(() => response.destroy(), ms)
  timer.unref()
  response.once('close', () => clearTimeout(timer))
  response.writeHead(200, { 'content-type': 'application/json' }).end(text)
}

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
