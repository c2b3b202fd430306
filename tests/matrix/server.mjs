// Servers of the pages: files of a folder, or a tool's own server behind a counter.

import { readFile, stat } from 'node:fs/promises'
import { request as ask, createServer } from 'node:http'
import { connect } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { fetchOf } from './traffic.mjs'

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.gz': 'application/gzip',
}

/**
 * Serves a folder on a port of its own.
 *
 * @param {string} folder
 * @param {object} [options]
 * @param {Record<string, string>} [options.headers] - Headers of every answer.
 * @param {boolean} [options.isolated] - Whether pages are cross-origin isolated.
 * @param {string} [options.fallback] - File for paths that do not exist, as of a single-page application.
 */
export function serve(folder, { headers = {}, isolated = false, fallback } = {}) {
  return listen(async (request, response, log) => {
    const path = normalize(new URL(request.url, 'http://localhost').pathname)
    const file = (await fileAt(join(folder, path))) ?? (fallback && join(folder, fallback))
    const type =
      file === undefined ? 'text/plain' : (types[extname(file)] ?? 'application/octet-stream')
    const body = file === undefined ? Buffer.alloc(0) : await readFile(file)
    const status = file === undefined ? 404 : 200
    log(request.url, status, type, body)
    response.writeHead(status, { 'content-type': type, ...isolation(isolated), ...headers })
    response.end(body)
  })
}

/** Counts what is fetched from the server at `target`, and adds headers to its answers. */
export async function proxy(target, { headers = {}, isolated = false } = {}) {
  const { hostname, port, host } = new URL(target)
  const server = await listen((request, response, log) => {
    const given = { ...request.headers, host, 'accept-encoding': 'identity' }
    const { method, url: path } = request
    const further = ask({ hostname, port, method, path, headers: given }, async (answer) => {
      const parts = []
      for await (const part of answer) parts.push(part)
      const body = Buffer.concat(parts)
      log(path, answer.statusCode, answer.headers['content-type'] ?? '', body)
      response.writeHead(answer.statusCode, {
        ...answer.headers,
        ...isolation(isolated),
        ...headers,
      })
      response.end(body)
    })
    further.on('error', (error) => response.writeHead(502).end(error.message))
    request.pipe(further)
  })
  // Tools reload their pages by a WebSocket.
  server.own.on('upgrade', (request, socket, head) => {
    const further = connect(port, hostname, () => {
      const lines = [`${request.method} ${request.url} HTTP/1.1`]
      for (const [name, value] of Object.entries({ ...request.headers, host, origin: target }))
        lines.push(`${name}: ${value}`)
      further.write(`${lines.join('\r\n')}\r\n\r\n`)
      further.write(head)
      further.pipe(socket).pipe(further)
    })
    further.on('error', () => socket.destroy())
    socket.on('error', () => further.destroy())
  })
  return server
}

async function listen(answer) {
  const fetched = []
  const log = (path, status, type, body) => fetched.push(fetchOf(path, status, type, body))
  const own = createServer((request, response) => {
    Promise.resolve(answer(request, response, log)).catch((error) =>
      response.writeHead(500).end(String(error)),
    )
  })
  await new Promise((resolve) => own.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://localhost:${own.address().port}/`,
    fetched: () => fetched,
    own,
    close: () =>
      new Promise((resolve) => {
        own.closeAllConnections()
        own.close(() => resolve())
      }),
  }
}

function isolation(isIsolated) {
  if (!isIsolated) return {}
  return {
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
  }
}

async function fileAt(path) {
  try {
    const found = await stat(path)
    if (found.isFile()) return path
    return found.isDirectory() ? await fileAt(join(path, 'index.html')) : undefined
  } catch {
    return undefined
  }
}
