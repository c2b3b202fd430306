import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { stderr } from '../output.js'
import { type AccessRules, type Admission, decideRequest, decideUpgrade } from './admission.js'
import { createNotices } from './notices.js'
import { refuse, refuseUpgrade } from './refuse.js'

/**
 * Returns a guard that applies access rules to requests. It answers refusals, which are also written to stderr, and
 * preflights.
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
    /** Admits a request and sets the headers of its answer; returns `undefined` where the guard answered it. */
    request(request: IncomingMessage, response: ServerResponse): Admission | undefined
    /** Admits a handshake; returns `undefined` where the guard answered it. */
    upgrade(request: IncomingMessage, stream: Socket): Admission | undefined
  }
}
