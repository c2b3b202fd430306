import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The package as it is published: the page loads its files as they are, without a bundler. */
const root = process.env.PAREVM_PACKAGE ?? fileURLToPath(new URL('../..', import.meta.url))

const html = `<!doctype html><meta charset="utf-8"><title>parevm</title>
<script type="module">
  import * as parevm from '/dist/js/src/index.js'
  import { startEvm } from '/dist/js/src/evm/start.js'
  import { browserHost } from '/dist/js/src/loader/browser.js'
  globalThis.parevm = { ...parevm, startEvm, browserHost }
</script>`

const types: Record<string, string> = {
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
  '.gz': 'application/gzip',
}

/** Serves the built package and the embedded blocks to a browser on this machine. */
export async function serve({ isolated }: serve.Parameters): Promise<serve.ReturnType> {
  const server = createServer((request, response) => {
    if (isolated) {
      response.setHeader('cross-origin-opener-policy', 'same-origin')
      response.setHeader('cross-origin-embedder-policy', 'require-corp')
    }
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname)
    if (path === '/') return response.setHeader('content-type', 'text/html').end(html)
    const file = join(root, path)
    const served = path.startsWith('/dist/') || path.startsWith('/fixtures/')
    if (!served || !existsSync(file) || !statSync(file).isFile())
      return response.writeHead(404).end()
    response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream')
    createReadStream(file).pipe(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://localhost:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

export declare namespace serve {
  type Parameters = {
    /** Whether pages are cross-origin isolated. */
    isolated: boolean
  }
  type ReturnType = { url: string; close(): Promise<void> }
}
