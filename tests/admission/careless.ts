import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'

/** What it answers to everything. */
export const ANSWER = '"secret"'

/** Serves without access rules: every request is answered, and every page may read the answer. */
export async function openCareless(): Promise<openCareless.ReturnType> {
  let received = ''
  const server = createServer(async (request, response) => {
    received += decodeURIComponent(request.url ?? '')
    for await (const chunk of request) received += chunk
    response.setHeader('access-control-allow-origin', request.headers.origin ?? '*')
    response.setHeader('access-control-allow-credentials', 'true')
    response.setHeader('access-control-allow-headers', 'content-type')
    response.setHeader('access-control-allow-methods', 'PUT')
    const isStream = request.headers.accept === 'text/event-stream'
    response.setHeader('content-type', isStream ? 'text/event-stream' : 'text/plain')
    response.end(isStream ? `data: ${ANSWER}\n\n` : ANSWER)
  })
  const sockets = new WebSocketServer({ server }).on('connection', (socket) => {
    socket.on('message', (text) => {
      received += text
      socket.send(ANSWER)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    hasReceived: (marker) => received.includes(marker),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets.clients) socket.terminate()
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

export declare namespace openCareless {
  type ReturnType = {
    port: number
    url: string
    /** Whether a marker arrived, in an address or in a text. */
    hasReceived(marker: string): boolean
    close(): Promise<void>
  }
}
