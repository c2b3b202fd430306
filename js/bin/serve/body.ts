import type { IncomingMessage } from 'node:http'
import { type Budget, beyondFree } from './budget.js'

/** Body of a request, or the status of its refusal. */
export type Body = { readonly text: string } | { readonly status: 413 | 429 | 503 }

export declare namespace readBody {
  type Parameters = {
    request: IncomingMessage
    /** Largest body in bytes. */
    most: number
    /** Name of the client. */
    client: string
    /** Budget of incomplete bodies in bytes. */
    arriving: Budget
  }
}

/**
 * Reads the body of a request into a growing buffer: memory is proportional to the received bytes, not to the number of
 * chunks or to the announced length.
 *
 * @returns `undefined` where the client disconnects before the end.
 */
export function readBody(parameters: readBody.Parameters): Promise<Body | undefined> {
  const { request, most, client, arriving } = parameters
  const announced = Number(request.headers['content-length'] ?? 0)
  if (announced > most) return Promise.resolve({ status: 413 })
  return new Promise((resolve) => {
    let buffer = Buffer.alloc(0)
    let length = 0
    let counted = 0
    const end = (body: Body | undefined) => {
      request.off('data', onData).off('end', onEnd).off('close', onClose)
      arriving.give(client, counted)
      counted = 0
      // The rest is discarded.
      buffer = Buffer.alloc(0)
      request.resume()
      resolve(body)
    }
    const grow = (needed: number) => {
      const end = announced > 0 ? announced : most
      const larger = Buffer.allocUnsafeSlow(
        Math.max(needed, Math.min(end, Math.max(2 * buffer.length, SMALLEST))),
      )
      buffer.copy(larger, 0, 0, length)
      buffer = larger
    }
    const onData = (chunk: Buffer) => {
      const needed = length + chunk.length
      if (needed > most) return end({ status: 413 })
      const amount = beyondFree(needed) - counted
      const taken = arriving.take(client, amount)
      if (taken !== 'taken') return end({ status: taken === 'client' ? 429 : 503 })
      counted += amount
      if (needed > buffer.length) grow(needed)
      chunk.copy(buffer, length)
      length = needed
    }
    const onEnd = () => end({ text: buffer.toString('utf8', 0, length) })
    const onClose = () => end(undefined)
    request.on('data', onData).once('end', onEnd).once('close', onClose)
  })
}

/** Initial size of a buffer in bytes. */
const SMALLEST = 4_096
