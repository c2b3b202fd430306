import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Driven, drive } from './drive.js'

const root = process.env.PAREVM_PACKAGE ?? fileURLToPath(new URL('../..', import.meta.url))

/** A page that starts an engine when it is asked to, from the package that lies below `base`. */
const html = (base: string) => `<!doctype html><meta charset="utf-8"><title>parevm</title>
<script type="module">
  globalThis.parevmStart = async () => {
    const { createEvm } = await import('${base}/dist/js/src/index.js')
    try {
      const evm = await createEvm({ threads: 2 })
      await evm.close()
      return { code: 'started' }
    } catch ({ name, code, message, url }) {
      return { name, code, message, url }
    }
  }
</script>`

type Setting = {
  /** Content-Security-Policy of the page and of its workers, or of the files that match alone. */
  policy?: string
  policed?: RegExp
  /** What becomes of the files whose path matches. */
  file?: RegExp
  /** A status, a content type with which the page is sent in place of the file, or an answer that does not come. */
  as?: 404 | 'page' | 'text/plain' | 'application/octet-stream' | 'broken' | 'garbage'
  isolated?: boolean
  /** Without Cross-Origin-Embedder-Policy. */
  bare?: RegExp
  /** Where the package comes from; the files that match `shared` may be read by other origins. */
  elsewhere?: { shared: RegExp }
}

const allowed = "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'"
const wasm = /parevm_bg\.wasm$/
const worker = /worker\.bundle\.js$/

const settings: [string, Setting, RegExp | undefined][] = [
  ['WASM_BLOCKED_BY_CSP', { policy: "script-src 'self' 'unsafe-inline'" }, wasm],
  ['WASM_BLOCKED_BY_CSP', { policy: "script-src 'self'", policed: worker }, worker],
  ['MODULE_BLOCKED_BY_CSP', { policy: `${allowed}; connect-src 'none'` }, wasm],
  ['WORKER_BLOCKED_BY_CSP', { policy: `${allowed}; worker-src 'none'` }, worker],
  ['MODULE_NOT_FOUND', { file: wasm, as: 404 }, wasm],
  ['MODULE_WRONG_TYPE', { file: wasm, as: 'page' }, wasm],
  ['MODULE_WRONG_TYPE', { file: wasm, as: 'garbage' }, wasm],
  ['MODULE_UNAVAILABLE', { file: wasm, as: 'broken' }, wasm],
  ['MODULE_OTHER_ORIGIN', { elsewhere: { shared: /\.js$/ } }, wasm],
  ['WORKER_OTHER_ORIGIN', { elsewhere: { shared: /^(?!.*worker)/ } }, worker],
  ['WORKER_NOT_FOUND', { file: worker, as: 404 }, worker],
  ['WORKER_NOT_FOUND', { file: worker, as: 404, isolated: true }, worker],
  ['WORKER_WRONG_TYPE', { file: worker, as: 'page' }, worker],
  ['WORKER_WRONG_TYPE', { file: worker, as: 'text/plain' }, worker],
  ['WORKER_BLOCKED_BY_COEP', { isolated: true, bare: worker }, worker],
  // What is allowed: the least policy of the troubleshooting page, a server that does not know wasm, another origin.
  ['started', { elsewhere: { shared: /./ } }, undefined],
  ['started', { policy: `${allowed}; worker-src 'self'; connect-src 'self'` }, undefined],
  ['started', { file: wasm, as: 'application/octet-stream' }, undefined],
]

describe.each(['chromium', 'firefox'] as const)('%s', (browser) => {
  let driven: Driven
  beforeAll(async () => {
    driven = await drive(browser)
  })
  afterAll(() => driven?.close())

  const explained = settings.filter(([code, { policed }]) => {
    // Firefox says nothing of a script whose own import is not there: it is the start that takes too long.
    if (code === 'WORKER_OTHER_ORIGIN') return browser === 'chromium'
    // Chromium asks only the policy of the page that compiles.
    return policed === undefined || browser === 'firefox'
  })
  test.each(explained)('%s: %o', async (code, setting, file) => {
    const other = setting.elsewhere === undefined ? undefined : await serve(setting, '')
    const server = await serve(other === undefined ? setting : {}, other?.url ?? '')
    try {
      await driven.page.goto(server.url)
      const end = await driven.page.evaluate(async () => {
        const page = globalThis as { parevmStart?: () => Promise<Record<string, string>> }
        while (page.parevmStart === undefined) await new Promise((go) => setTimeout(go, 10))
        return page.parevmStart()
      }, undefined)
      expect(end).toMatchObject({ code })
      if (file === undefined) return
      expect(end.name).toBe(
        code.startsWith('WORKER') ? 'WorkerUnavailableError' : 'ModuleUnavailableError',
      )
      expect(end.url).toMatch(file)
      expect(end.message).toContain(end.url)
      expect(end.message).not.toContain('report')
    } finally {
      await server.close()
      await other?.close()
    }
  })
})

/** Serves the page and the package, with what the setting does to them. */
async function serve(setting: Setting, base: string) {
  const { policy, policed = /./, file, as, isolated = false, bare, elsewhere } = setting
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const type = path.endsWith('.js') ? 'text/javascript' : 'application/wasm'
    if (policy !== undefined && policed.test(path))
      response.setHeader('content-security-policy', policy)
    if (isolated) response.setHeader('cross-origin-opener-policy', 'same-origin')
    if (isolated && !bare?.test(path))
      response.setHeader('cross-origin-embedder-policy', 'require-corp')
    if (elsewhere?.shared.test(path)) response.setHeader('access-control-allow-origin', '*')
    const page = () => response.setHeader('content-type', 'text/html').end(html(base))
    if (path === '/') return page()
    if (file?.test(path)) {
      if (as === 404) return response.writeHead(404).end()
      if (as === 'page') return page()
      if (as === 'broken') return request.socket.destroy()
      if (as === 'garbage') return response.setHeader('content-type', type).end('nothing')
    }
    try {
      const body = await readFile(join(root, path))
      const isOther = file?.test(path) && typeof as === 'string'
      response.setHeader('content-type', isOther ? as : type).end(body)
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://localhost:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
