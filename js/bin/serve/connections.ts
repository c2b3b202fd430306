import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { createBudget } from './budget.js'
import { addressOf } from './client.js'
import type { Limits } from './limits.js'
import { type Refusal, refuse, refuseUpgrade } from './refuse.js'

/** Bounds the connections of a server: so many of one address, and so many in all. */
export function boundConnections(server: Server, limits: Limits): Connections {
  const open = createBudget({
    client: limits['client-connections'],
    all: limits.connections,
  })
  const waiting = new Map<Socket, Refusal>()

  const admit = (socket: Socket) => {
    const address = addressOf(socket)
    const taken = open.take(address, 1)
    if (taken === 'taken') socket.once('close', () => open.give(address, 1))
    return taken
  }

  // Before the server reads from it.
  server.prependListener('connection', (socket: Socket) => {
    const taken = admit(socket)
    if (taken === 'taken') return
    // Those that wait for nothing make room.
    server.closeIdleConnections()
    if (waiting.size >= MOST_REFUSED) return void socket.destroy()
    waiting.set(socket, REFUSALS[taken])
    const timer = setTimeout(() => {
      if (waiting.has(socket)) socket.destroy()
    }, REFUSED_MS)
    timer.unref()
    socket.once('close', () => {
      waiting.delete(socket)
      clearTimeout(timer)
    })
  })

  return {
    refuses(request, response) {
      const { socket } = request
      const refusal = waiting.get(socket)
      if (refusal === undefined) return false
      if (admit(socket) === 'taken') {
        waiting.delete(socket)
        return false
      }
      if (response !== undefined) refuse(response, refusal)
      else refuseUpgrade(request, socket, refusal)
      return true
    },
  }
}

/** The connections of a server. */
export type Connections = {
  /** Whether a request came over a connection too many; then it is answered. */
  refuses(request: IncomingMessage, response?: ServerResponse): boolean
}

const REFUSALS = {
  client: { status: 429, message: 'too many connections of this address' },
  all: { status: 503, message: 'too many connections' },
} as const satisfies Record<string, Refusal>

/** Milliseconds in which a client is told that its connection is one too many. */
const REFUSED_MS = 1_000
/** How many clients are told so at once; others are only disconnected. */
const MOST_REFUSED = 16
