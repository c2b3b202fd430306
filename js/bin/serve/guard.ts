import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { stderr } from '../output.js'
import { type AccessRules, type Admission, decideRequest, decideUpgrade } from './admission.js'
import { createNotices } from './notices.js'
import { refuse, refuseUpgrade } from './refuse.js'

/**
 * Returns what decides over requests, and answers those that go no further: refusals, which are written to
 * stderr as well, and preflights.
 */
export function createGuard(rules: AccessRules): createGuard.ReturnType {
  const notify = createNotices((line) => stderr.note(line))
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

export declare namespace createGuard {
  type ReturnType = {
    /** Decides over a request; the headers of its answer are set. Returns `undefined` where it is answered. */
    request(request: IncomingMessage, response: ServerResponse): Admission | undefined
    /** Decides over a handshake. Returns `undefined` where it is answered. */
    upgrade(request: IncomingMessage, stream: Socket): Admission | undefined
  }
}
