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
  const refusals = new WeakMap<Socket, Refusal>()
  let refused = 0

  // Before the server reads from it.
  server.prependListener('connection', (socket: Socket) => {
    const address = addressOf(socket)
    if (open.take(address, 1) === 'taken')
      return void socket.once('close', () => open.give(address, 1))
    // Those that wait for nothing make room.
    server.closeIdleConnections()
    const taken = open.take(address, 1)
    if (taken === 'taken') return void socket.once('close', () => open.give(address, 1))
    if (refused >= MOST_REFUSED) return void socket.destroy()
    refused += 1
    const timer = setTimeout(() => socket.destroy(), REFUSED_MS).unref()
    socket.once('close', () => {
      refused -= 1
      clearTimeout(timer)
    })
    refusals.set(socket, REFUSALS[taken])
  })

  return {
    refuses(request, response) {
      const refusal = refusals.get(request.socket)
      if (refusal === undefined) return false
      if (response !== undefined) refuse(response, refusal)
      else refuseUpgrade(request, request.socket, refusal)
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
