import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { script } from '../browser/server.js'

/** Another name of this machine under which the site redirects requests. */
export const OTHER = 'other.example'

/** Serves a site that is open to every origin, under any name of this machine. */
export async function openSite(name: string): Promise<openSite.ReturnType> {
  const attempts = await script('tests/admission/attempts.ts')
  const page = (code: string) => `<!doctype html><meta charset="utf-8"><body>
    <script type="module">${attempts}${code}</script>`
  const html = page('globalThis.attacker = { play }')
  const files: Record<string, string> = {
    '/': page(`
      import { contexts } from '/contexts.js'
      globalThis.attacker = { contexts, play, submitHere }`),
    '/attempts.js': attempts,
    '/contexts.js': await script('tests/admission/contexts.ts'),
    '/worker.js': `${attempts.replace(/^export /gm, '')}
      onmessage = (event) => {
        const played = play(event.data)
        event.waitUntil?.(played)
        played.then((readings) => (event.source ?? self).postMessage(readings))
      }`,
  }
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`)
    // Redirects go to opaque origins too, which allow no credentials but those that are named.
    response.setHeader('access-control-allow-origin', request.headers.origin ?? '*')
    response.setHeader('access-control-allow-credentials', 'true')
    response.setHeader('access-control-allow-headers', 'content-type')
    if (request.method === 'OPTIONS') return void response.writeHead(204).end()
    if (url.pathname === '/redirect') {
      const to = String(url.searchParams.get('to'))
      const again = `http://${OTHER}:${url.port}/redirect?hops=1&to=${encodeURIComponent(to)}`
      const location = url.searchParams.get('hops') === '2' ? again : to
      return void response.writeHead(307, { location }).end()
    }
    const type = url.pathname.endsWith('.js') ? 'text/javascript' : 'text/html'
    response.setHeader('content-type', type).end(files[url.pathname] ?? html)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://${name}:${port}`,
    html,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

export declare namespace openSite {
  type ReturnType = {
    origin: string
    /** A page that has the attempts as `globalThis.attacker`, for any place that it is put in. */
    html: string
    close(): Promise<void>
  }
}
