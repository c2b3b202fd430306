import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { stderr } from '../output.js'
import { clientSignal } from './clientSignal.js'
import type { Dispatcher } from './dispatcher.js'

/** Bytes of a request at most; more is refused with status 413. */
const MOST_BYTES = 30 * 2 ** 20

/** Serves `dispatcher` over HTTP and WebSocket. Resolves when it can be reached. */
export async function listen(parameters: listen.Parameters): Promise<listen.ReturnType> {
  const { host, port, dispatcher } = parameters
  const server = createServer((request, response) => {
    serveHttp(dispatcher, request, response).catch((error: unknown) => {
      stderr.note(`${error}\n`)
      response.destroy()
    })
  })
  const sockets = new WebSocketServer({ server, maxPayload: MOST_BYTES })
  sockets.on('connection', (socket) => serveSocket(dispatcher, socket))
  await new Promise<void>((resolve, reject) => {
    // The WebSocket server hands on errors of the server it stands on.
    sockets.once('error', reject)
    server.listen(port, host, resolve)
  })
  sockets.removeAllListeners('error')
  // A connection that cannot be taken is lost; the server is not.
  sockets.on('error', (error) => stderr.note(`parevm: ${error.message}\n`))
  const bound = (server.address() as AddressInfo).port
  return {
    port: bound,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    async close() {
      for (const socket of sockets.clients) socket.close(1001, 'the server ends')
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      sockets.close()
      server.closeIdleConnections()
      // What is being answered may take its time, but not for ever.
      const timer = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate()
        server.closeAllConnections()
      }, CLOSE_LIMIT_MS)
      await closed
      clearTimeout(timer)
    },
  }
}

export declare namespace listen {
  type Parameters = {
    /** Address or name to listen on: 127.0.0.1 for this machine only, 0.0.0.0 for all that reach it. */
    host: string
    /** 0 for any that is free. */
    port: number
    dispatcher: Dispatcher
  }
  type ReturnType = { port: number; url: string; close(): Promise<void> }
}

/** What is not answered by then is aborted: the process has two seconds to end, saving included. */
const CLOSE_LIMIT_MS = 100

async function serveHttp(
  dispatcher: Dispatcher,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader('access-control-allow-origin', '*')
  response.setHeader('access-control-allow-methods', 'POST, OPTIONS')
  response.setHeader('access-control-allow-headers', 'content-type')
  if (request.method === 'OPTIONS') return void response.writeHead(204).end()
  if (request.method !== 'POST')
    return void response.writeHead(405, { allow: 'POST, OPTIONS' }).end()
  const text = await bodyOf(request)
  if (text === undefined)
    return void response.writeHead(413, { connection: 'close' }).end(() => request.destroy())
  const gone = clientSignal()
  response.once('close', () => gone.abort(new Error('the client has gone')))
  try {
    const answer = await dispatcher.answer(text, gone.signal)
    if (answer === undefined) return void response.writeHead(204).end()
    response.writeHead(200, { 'content-type': 'application/json' }).end(answer)
  } catch (error) {
    if (error !== gone.signal.reason) throw error
  }
}

/** Returns the text of a request; `undefined` where it is too long. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  if (Number(request.headers['content-length']) > MOST_BYTES) return undefined
  const chunks: Buffer[] = []
  let length = 0
  // The connection has to live on: the answer goes over it.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += chunk.length
    if (length > MOST_BYTES) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function serveSocket(dispatcher: Dispatcher, socket: WebSocket): void {
  const connection = dispatcher.connect((text) => socket.send(text))
  socket.on('message', (data) => {
    connection.receive(String(data)).catch((error: unknown) => {
      stderr.note(`${error}\n`)
      socket.close(1011, 'the request could not be answered')
    })
  })
  socket.on('error', () => socket.terminate())
  socket.on('close', () => connection.close())
}
