import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { WebSocketServer } from 'ws'
import { stderr } from '../output.js'
import { messageOf } from '../terminal.js'
import type { AccessRules } from './admission.js'
import { createBudget } from './budget.js'
import { clientOf } from './client.js'
import { boundConnections } from './connections.js'
import type { Dispatcher } from './dispatcher.js'
import { createGuard } from './guard.js'
import { serveHttp } from './http.js'
import { DEFAULTS, type Limits } from './limits.js'
import { serveSocket } from './socket.js'

/** Serves `dispatcher` over HTTP and WebSocket. Resolves when the server listens. */
export async function listen(parameters: listen.Parameters): Promise<listen.ReturnType> {
  const { host, port, dispatcher, rules, limits = DEFAULTS } = parameters
  const guard = createGuard(rules)
  const arriving = createBudget({ client: limits['client-bodies'], all: limits.bodies })
  const headersTimeout = limits['header-time']
  const requestTimeout = headersTimeout + limits['body-time']
  const server = createServer({
    maxHeaderSize: limits.header,
    headersTimeout,
    requestTimeout,
    keepAliveTimeout: limits['idle-time'],
    connectionsCheckingInterval: Math.min(headersTimeout, MOST_BETWEEN_CHECKS_MS),
  })
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.body,
    maxFragments: limits.fragments,
    maxBufferedChunks: MOST_PIECES,
    perMessageDeflate: false,
  })
  const served = new Set<serveSocket.ReturnType>()
  const connections = boundConnections(server, limits)

  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    if (connections.refuses(request, response)) return
    const admission = guard.request(request, response)
    if (admission === undefined) return
    const { origin } = admission
    void serveHttp({ dispatcher, limits, arriving, request, response, origin })
  }
  server.on('request', onRequest)
  // Requests with `Expect: 100-continue`.
  server.on('checkContinue', onRequest)
  server.on('upgrade', (request: IncomingMessage, stream: Socket, head: Buffer) => {
    stream.on('error', () => stream.destroy())
    if (connections.refuses(request)) return
    const admission = guard.upgrade(request, stream)
    if (admission === undefined) return
    const { origin } = admission
    sockets.handleUpgrade(request, stream, head, (socket) => {
      sequence += 1
      const client = `${clientOf(request)}#${sequence}`
      const one = serveSocket({ dispatcher, limits, arriving, socket, stream, client, origin })
      served.add(one)
      socket.once('close', () => served.delete(one))
    })
  })
  let sequence = 0
  const heart = setInterval(() => {
    for (const socket of served) socket.beat()
  }, limits.heartbeat)
  heart.unref()

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  // A failed accept loses one connection, not the server.
  server.on('error', (error) => stderr.note(`parevm: ${messageOf(error)}\n`))
  const bound = (server.address() as AddressInfo).port
  return {
    port: bound,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    async close() {
      clearInterval(heart)
      for (const socket of served) socket.end(1001, 'the server stops')
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      sockets.close()
      server.closeIdleConnections()
      // Running requests get a short grace period.
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
    /** Address or name to listen on: 127.0.0.1 for this machine, 0.0.0.0 for all interfaces. */
    host: string
    /** Port; 0 for any free one. */
    port: number
    dispatcher: Dispatcher
    /** Access rules. */
    rules: AccessRules
    /** Limits of clients. @default those of docs/limits.md */
    limits?: Limits | undefined
  }
  type ReturnType = { port: number; url: string; close(): Promise<void> }
}

/** Grace period of running requests in milliseconds: the process has two seconds to exit, saving included. */
const CLOSE_LIMIT_MS = 100
/** Most milliseconds between two checks of incomplete requests. */
const MOST_BETWEEN_CHECKS_MS = 1_000
/** Most chunks of a WebSocket frame: 5 MB are 3,600 network packets. */
const MOST_PIECES = 8_192
