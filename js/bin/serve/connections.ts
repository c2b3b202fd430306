import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { clientOf } from './client.js'
import type { Limits } from './limits.js'
import { type Refusal, refuse, refuseUpgrade } from './refuse.js'

/**
 * Bounds the connections of a server: all of them, those of one client with unanswered requests, and the WebSockets of
 * one client. Idle connections are closed for new ones, unused ones first, so opening many locks out nobody.
 */
export function boundConnections(server: Server, limits: Limits): Connections {
  /** By the time of their last use. */
  const open = new Map<Socket, Connection>()
  const busy = new Map<string, number>()

  /** Closes an idle connection, an unused one first. Returns false where there is none. */
  const makeRoom = (): boolean => {
    let idle: Socket | undefined
    for (const [socket, { requests, isUsed }] of open) {
      if (requests > 0) continue
      if (!isUsed) return end(socket)
      idle ??= socket
    }
    return idle !== undefined && end(idle)
  }
  const end = (socket: Socket): true => {
    open.delete(socket)
    socket.destroy()
    return true
  }

  const free = (client: string) => {
    const count = (busy.get(client) ?? 0) - 1
    if (count > 0) busy.set(client, count)
    else busy.delete(client)
  }

  // Before the listener of the server, which reads from it.
  server.prependListener('connection', (socket: Socket) => {
    if (open.size >= limits.connections && !makeRoom()) return void socket.destroy()
    open.set(socket, { requests: 0, isUsed: false, client: '' })
    socket.once('close', () => open.delete(socket))
  })

  return {
    refuses(request, response) {
      const { socket } = request
      // Counted apart: programs of one machine without Origin are one client, and WebSockets stay open.
      const client = `${response === undefined ? 'WebSockets of ' : ''}${clientOf(request)}`
      const connection = open.get(socket) ?? { requests: 0, isUsed: true, client }
      if (connection.requests === 0) {
        const count = busy.get(client) ?? 0
        if (count >= limits['client-connections']) {
          if (response !== undefined) refuse(response, TOO_MANY)
          else refuseUpgrade(request, socket, TOO_MANY)
          return true
        }
        busy.set(client, count + 1)
        connection.client = client
      }
      connection.requests += 1
      connection.isUsed = true
      let isOver = false
      const finish = () => {
        if (isOver) return
        isOver = true
        connection.requests -= 1
        if (connection.requests > 0) return
        free(connection.client)
        // The most recently used connection is closed last.
        if (open.delete(socket)) open.set(socket, connection)
      }
      socket.once('close', finish)
      response?.once('close', () => {
        socket.off('close', finish)
        finish()
      })
      return false
    },
  }
}

/** Connection limits of a server. */
export type Connections = {
  /** Refuses a request, or a handshake without response, above a limit. Returns whether it is refused. */
  refuses(request: IncomingMessage, response?: ServerResponse): boolean
}

type Connection = {
  /** Unanswered requests; an open WebSocket counts as one. */
  requests: number
  /** Whether it had a request. */
  isUsed: boolean
  /** Client it is counted for: that of its first unanswered request, whatever the Origin of later ones. */
  client: string
}

const TOO_MANY: Refusal = { status: 429, message: 'too many connections of this client' }
