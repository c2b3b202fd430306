import type { IncomingMessage } from 'node:http'
import { cut } from '../../src/error/cut.js'

/** Returns who sends a request over HTTP: an address and an origin. All connections of both are one client. */
export function clientOf({ socket, headers }: IncomingMessage): string {
  return `${addressOf(socket)} ${cut(headers.origin ?? '')}`
}

/** Returns the address at the other end of a connection. */
export function addressOf({
  remoteAddress = 'nobody',
}: {
  remoteAddress?: string | undefined
}): string {
  return remoteAddress
}
