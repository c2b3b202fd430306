import { createServer, type IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Dispatcher } from './dispatcher.js'
import { type DoorRules, decideRequest, decideUpgrade, type Refusal } from './door.js'
import { createNotices } from './notices.js'

/** Bytes of a request at most; more is refused with status 413. */
const MOST_BYTES = 30 * 2 ** 20

/** Serves `dispatcher` over HTTP and WebSocket. Resolves when it can be reached. */
export async function listen(parameters: listen.Parameters): Promise<listen.ReturnType> {
  const { host, port, dispatcher, rules } = parameters
  const notify = createNotices((line) => void process.stderr.write(line))
  const server = createServer((request, response) => {
    const decision = decideRequest(rules, request)
    if (decision.kind === 'refusal') {
      if (decision.isNotice) notify(decision.message)
      return refuse(response, decision)
    }
    for (const [name, value] of Object.entries(decision.headers)) response.setHeader(name, value)
    if (decision.kind === 'preflight') return void response.writeHead(204).end()
    serveHttp(dispatcher, request, response, decision.origin).catch((error: unknown) => {
      process.stderr.write(`${error}\n`)
      response.destroy()
    })
  })
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MOST_BYTES })
  server.on('upgrade', (request, stream, head) => {
    const decision = decideUpgrade(rules, request)
    if (decision.kind === 'admission')
      return sockets.handleUpgrade(request, stream, head, (socket) =>
        serveSocket(dispatcher, socket, decision.origin),
      )
    if (decision.isNotice) notify(decision.message)
    refuseUpgrade(request, stream as Socket, decision)
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

/** Answers a request whose body is not read, and ends its connection, over which that may still come. */
function refuse(response: ServerResponse, { status, message, headers }: Refusal): void {
  const code = status === 401 || status === 403 ? 4100 : -32600
  const body = JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } })
  const length = { 'content-type': 'application/json', 'content-length': body.length }
  response.shouldKeepAlive = false
  response.writeHead(status, { ...headers, ...length }).end(body)
}

/** The same for a handshake, after which the server has left the stream to its listener. */
function refuseUpgrade(request: IncomingMessage, stream: Socket, refusal: Refusal): void {
  stream.on('error', () => stream.destroy())
  const response = new ServerResponse(request)
  response.assignSocket(stream)
  response.once('finish', () => stream.destroySoon())
  refuse(response, refusal)
}

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
    const answer = await dispatcher.answer(text, gone.signal, origin)
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
  const connection = dispatcher.connect((text) => socket.send(text), origin)
  socket.on('message', (data) => {
    connection.receive(String(data)).catch((error: unknown) => {
      process.stderr.write(`${error}\n`)
      socket.close(1011, 'the request could not be answered')
    })
  })
  socket.on('error', () => socket.terminate())
  socket.on('close', () => connection.close())
}
