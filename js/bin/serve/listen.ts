import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Dispatcher } from './dispatcher.js'
import type { DoorRules } from './door.js'
import { openDoor } from './openDoor.js'

/** Bytes of a request at most; more is refused with status 413. */
const MOST_BYTES = 30 * 2 ** 20

/** Serves `dispatcher` over HTTP and WebSocket. Resolves when it can be reached. */
export async function listen(parameters: listen.Parameters): Promise<listen.ReturnType> {
  const { host, port, dispatcher, rules } = parameters
  const door = openDoor(rules)
  const server = createServer((request, response) => {
    const admission = door.request(request, response)
    if (admission === undefined) return
    serveHttp(dispatcher, request, response, admission.origin).catch((error: unknown) => {
      process.stderr.write(`${error}\n`)
      response.destroy()
    })
  })
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MOST_BYTES })
  server.on('upgrade', (request, stream, head) => {
    const admission = door.upgrade(request, stream as Socket)
    if (admission === undefined) return
    sockets.handleUpgrade(request, stream, head, (socket) =>
      serveSocket(dispatcher, socket, admission.origin),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
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
    /** Who may send requests. */
    rules: DoorRules
  }
  type ReturnType = { port: number; url: string; close(): Promise<void> }
}

const CLOSE_LIMIT_MS = 1_000

async function serveHttp(
  dispatcher: Dispatcher,
  request: IncomingMessage,
  response: ServerResponse,
  origin: string | undefined,
): Promise<void> {
  const text = await bodyOf(request)
  if (text === undefined)
    return void response.writeHead(413, { connection: 'close' }).end(() => request.destroy())
  const gone = new AbortController()
  response.once('close', () => gone.abort(new Error('the client has gone')))
  try {
    const answer = await dispatcher.answer(text, { signal: gone.signal, origin })
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

function serveSocket(dispatcher: Dispatcher, socket: WebSocket, origin: string | undefined): void {
  const connection = dispatcher.connect((text) => socket.send(text), { origin })
  socket.on('message', (data) => {
    connection.receive(String(data)).catch((error: unknown) => {
      process.stderr.write(`${error}\n`)
      socket.close(1011, 'the request could not be answered')
    })
  })
  socket.on('error', () => socket.terminate())
  socket.on('close', () => connection.close())
}
