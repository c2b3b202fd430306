import type { FixtureText, WireError } from './message.js'

/**
 * Returns a fixture as bytes of JSON. Runs in a worker.
 *
 * @throws a {@link WireError} where the gzip is invalid or too large.
 */
export async function fixtureBytes(fixture: FixtureText): Promise<Uint8Array> {
  if (typeof fixture === 'string') return new TextEncoder().encode(fixture)
  return fixture[0] === 0x1f && fixture[1] === 0x8b ? gunzip(fixture) : fixture
}

async function gunzip(bytes: Uint8Array): Promise<Uint8Array> {
  // Neither of a blob, which WebKit cannot read in a worker whose origin is opaque, nor of a response, for which Node.js
  // compiles a parser of HTTP.
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      controller.enqueue(bytes as Uint8Array<ArrayBuffer>)
      controller.close()
    },
  }).pipeThrough(new DecompressionStream('gzip'))
  const parts: Uint8Array[] = []
  let length = 0
  try {
    const reader = stream.getReader()
    for (;;) {
      const { value, done } = await reader.read()
      if (done) break
      length += value.length
      if (length > MAX_BYTES) {
        await reader.cancel()
        break
      }
      parts.push(value)
    }
  } catch (error) {
    throw invalid(`the gzip file is invalid or truncated: ${String(error)}`)
  }
  if (length > MAX_BYTES) throw invalid(`it expands to more than ${MAX_BYTES} bytes`)
  const whole = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}

/** Limit of the expanded fixture: a quarter of the largest shared memory. */
const MAX_BYTES = 256 * 2 ** 20

function invalid(message: string): WireError {
  return { code: 'INVALID_FIXTURE', message, data: {} }
}
