import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { clientOf } from './client.js'
import type { Limits } from './limits.js'
import { type Refusal, refuse, refuseUpgrade } from './refuse.js'

/**
 * Bounds the connections of a server: so many in all, so many on which one client waits for an answer, and as
 * many WebSockets of one. Connections on which nobody waits make room for others, first those that never sent a
 * request: whoever opens them without end keeps nobody out.
 */
export function boundConnections(server: Server, limits: Limits): Connections {
  /** In the order in which they came, or were used last. */
  const open = new Map<Socket, Connection>()
  const busy = new Map<string, number>()

  /** Ends the connection that nobody would miss. Returns whether there is one. */
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

  // Before the server reads from it.
  server.prependListener('connection', (socket: Socket) => {
    if (open.size >= limits.connections && !makeRoom()) return void socket.destroy()
    open.set(socket, { requests: 0, isUsed: false, client: '' })
    socket.once('close', () => open.delete(socket))
  })

  return {
    refuses(request, response) {
      const { socket } = request
      // Apart: programs of one machine that send no Origin are one client, and their WebSockets are there to stay.
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
        // The one that was used last is the last to make room.
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

/** The connections of a server. */
export type Connections = {
  /** Whether a request, or a handshake where there is no response, is one too many; then it is answered. */
  refuses(request: IncomingMessage, response?: ServerResponse): boolean
}

type Connection = {
  /** Requests that are not answered yet; a WebSocket is one for as long as it is open. */
  requests: number
  /** Whether there ever was one. */
  isUsed: boolean
  /** Who it is counted for: the one that sent the first of them, whatever the Origin of those behind it. */
  client: string
}

const TOO_MANY: Refusal = { status: 429, message: 'too many connections of this client' }
