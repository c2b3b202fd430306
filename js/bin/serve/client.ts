import type { IncomingMessage } from 'node:http'
import { cut } from '../../src/error/cut.js'

/** Returns the client of an HTTP request: its address and origin, over all connections. */
export function clientOf({ socket, headers }: IncomingMessage): string {
  return `${addressOf(socket)} ${cut(headers.origin ?? '')}`
}

/** Returns the remote address of a connection. */
export function addressOf({
  remoteAddress = 'unknown',
}: {
  remoteAddress?: string | undefined
}): string {
  return remoteAddress
}
