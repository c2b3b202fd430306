import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { transformWithOxc } from 'vite'
import type { execute } from '../block/execute.js'
import type { runFile } from '../conformance/page.js'
import type { playHostile } from '../faults/hostile/play.js'
import type { live } from '../faults/life.js'
import type { play } from '../faults/scenario.js'
import type { askProvider } from '../provider/page.js'
import type { callKept, keep } from './kept.js'

/** The package as it is published: the page loads its files as they are, without a bundler. */
const here = fileURLToPath(new URL('../..', import.meta.url))
const root = process.env.PAREVM_PACKAGE ?? here

const html = `<!doctype html><meta charset="utf-8"><title>parevm</title>
<script type="module">
  import { callKept, keep } from '/tests/browser/kept.ts'
  import { execute } from '/tests/block/execute.ts'
  import { runFile } from '/tests/conformance/page.ts'
  import { live } from '/tests/faults/life.ts'
  import { playHostile } from '/tests/faults/hostile/play.ts'
  import { play } from '/tests/faults/scenario.ts'
  import { askProvider } from '/tests/provider/page.ts'
  globalThis.parevmTest = {
    askProvider, callKept, execute, keep, live, play, playHostile, runFile,
  }
</script>`

declare global {
  /** What the page has for tests. */
  var parevmTest: {
    askProvider: typeof askProvider
    callKept: typeof callKept
    execute: typeof execute
    keep: typeof keep
    live: typeof live
    play: typeof play
    playHostile: typeof playHostile
    runFile: typeof runFile
  }
}

const types: Record<string, string> = {
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
  '.gz': 'application/gzip',
}

/** Serves the built package and the embedded blocks to a browser on this machine. */
export async function serve({ isolated }: serve.Parameters): Promise<serve.ReturnType> {
  const server = createServer(async (request, response) => {
    if (isolated) {
      response.setHeader('cross-origin-opener-policy', 'same-origin')
      response.setHeader('cross-origin-embedder-policy', 'require-corp')
    }
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname)
    if (path === '/') return response.setHeader('content-type', 'text/html').end(html)
    try {
      if (!/^\/(dist|fixtures|tests)\//.test(path)) throw new Error('not public')
      const body = path.startsWith('/tests/')
        ? await script(path)
        : await readFile(join(root, path))
      const ending = extname(path.replace(/\.ts$/, '.js'))
      response.setHeader('content-type', types[ending] ?? 'application/octet-stream')
      response.end(body)
    } catch {
      response.writeHead(404).end()
    }
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

/** The part of a test that runs in the page: TypeScript without its types. */
export async function script(path: string): Promise<string> {
  const file = join(here, path.replace(/\.js$/, '.ts'))
  return (await transformWithOxc(await readFile(file, 'utf8'), file)).code
}
