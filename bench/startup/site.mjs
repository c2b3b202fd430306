// Server of the built package on this machine, for pages that may share memory. It answers from memory, so that the disk is
// not part of a time.

import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { root } from '../../scripts/process.mjs'

const types = { '.js': 'text/javascript', '.wasm': 'application/wasm' }

/** Serves `dist` and this folder; resolves with the address of an empty page. */
export async function openSite() {
  const files = new Map()
  const server = createServer(async (request, response) => {
    response.setHeader('cross-origin-opener-policy', 'same-origin')
    response.setHeader('cross-origin-embedder-policy', 'require-corp')
    const path = normalize(new URL(request.url, 'http://localhost').pathname)
    if (path === '/') return response.setHeader('content-type', 'text/html').end('<!doctype html>')
    try {
      if (!/^\/(dist|bench\/startup)\//.test(path)) throw new Error('not public')
      if (!files.has(path)) files.set(path, await readFile(join(root, path)))
      response.setHeader('content-type', types[extname(path)] ?? 'application/octet-stream')
      response.end(files.get(path))
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://localhost:${server.address().port}/`,
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  }
}
