import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import {
  type Admission,
  type DoorRules,
  decideRequest,
  decideUpgrade,
  type Refusal,
} from './door.js'
import { createNotices } from './notices.js'

/**
 * Returns what decides over requests, and answers those that go no further: refusals, which are written to
 * stderr as well, and preflights.
 */
export function openDoor(rules: DoorRules): openDoor.ReturnType {
  const notify = createNotices((line) => void process.stderr.write(line))
  return {
    request(request, response) {
      const decision = decideRequest(rules, request)
      if (decision.kind === 'refusal') {
        if (decision.isNotice) notify(decision.message)
        refuse(response, decision)
        return undefined
      }
      for (const [name, value] of Object.entries(decision.headers)) response.setHeader(name, value)
      if (decision.kind === 'admission') return decision
      response.writeHead(204).end()
      return undefined
    },
    upgrade(request, stream) {
      const decision = decideUpgrade(rules, request)
      if (decision.kind === 'admission') return decision
      if (decision.isNotice) notify(decision.message)
      refuseUpgrade(request, stream, decision)
      return undefined
    },
  }
}

export declare namespace openDoor {
  type ReturnType = {
    /** Decides over a request; the headers of its answer are set. Returns `undefined` where it is answered. */
    request(request: IncomingMessage, response: ServerResponse): Admission | undefined
    /** Decides over a handshake. Returns `undefined` where it is answered. */
    upgrade(request: IncomingMessage, stream: Socket): Admission | undefined
  }
}

/** Answers a request whose body is not read, and ends its connection, over which that may still come. */
function refuse(response: ServerResponse, { status, message, headers }: Refusal): void {
  const code = status === 401 || status === 403 ? 4100 : -32600
  const body = JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } })
  const length = { 'content-type': 'application/json', 'content-length': body.length }
  response.shouldKeepAlive = false
  response.writeHead(status, { ...headers, ...length }).end(body)
}

/** The same for a handshake, whose stream the server has left to the listener. */
function refuseUpgrade(request: IncomingMessage, stream: Socket, refusal: Refusal): void {
  stream.on('error', () => stream.destroy())
  const response = new ServerResponse(request)
  response.assignSocket(stream)
  response.once('finish', () => stream.destroySoon())
  refuse(response, refusal)
}
