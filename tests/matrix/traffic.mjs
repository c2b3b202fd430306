// What a page has fetched: sizes over the wire, and the rules for it.

import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { root } from '../../scripts/process.mjs'

/** Sizes by digest: the best compression of a wasm takes seconds. */
const cache = join(root, '.tools/matrix')

/** Returns the bytes of a file as a CDN serves it: brotli 11, window 24. */
export function wireSize(body) {
  const path = join(cache, createHash('sha256').update(body).digest('hex'))
  try {
    return Number(readFileSync(path, 'utf8'))
  } catch {
    const { length } = brotliCompressSync(body, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 11,
        [constants.BROTLI_PARAM_LGWIN]: 24,
        [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
      },
    })
    mkdirSync(cache, { recursive: true })
    writeFileSync(path, String(length))
    return length
  }
}

/** One answer of a server. `bytes` is computed when it is read. */
export function fetchOf(path, status, type, body) {
  return {
    path,
    status,
    type,
    body,
    get bytes() {
      return body.length === 0 ? 0 : wireSize(body)
    },
  }
}

/** Paths that browsers and tools ask for by themselves, and that may be missing. */
const MAY_BE_MISSING = /^\/(favicon\.ico|\.well-known\/.*|close|gone)(\?|$)/

/**
 * Returns what pages have fetched of the package: wasm files, and kB with the scripts that hold code of it.
 * `kB` is that of brotli 11.
 *
 * @throws where a file was missing, or not exactly one wasm was fetched.
 */
export function trafficOf(...servers) {
  const all = [...new Set(servers)].flatMap((server) => server.fetched())
  const missing = all.filter(({ path, status }) => status >= 400 && !MAY_BE_MISSING.test(path))
  if (missing.length > 0)
    throw new Error(
      `not found: ${missing.map(({ path, status }) => `${path} (${status})`).join(', ')}`,
    )
  const wasm = all.filter(({ path, type }) => isWasm(path, type))
  const names = wasm.map(({ path }) => path)
  if (wasm.length !== 1)
    throw new Error(`expected one fetched wasm, found ${wasm.length}: ${names.join(', ')}`)
  const ours = all.filter((one) => one.status === 200 && (wasm.includes(one) || isScript(one)))
  return {
    wasmFetched: wasm.length,
    kB: Math.round(ours.reduce((sum, { bytes }) => sum + bytes, 0) / 1000),
  }
}

function isWasm(path, type) {
  return type.startsWith('application/wasm') || path.split('?')[0].endsWith('.wasm')
}

/** Whether a script is of the package, or a bundle with a part of it. */
function isScript({ path, type, body }) {
  if (!/javascript/.test(type)) return false
  return /\/parevm\//.test(path) || /parevm|__wbg_|EVM_CLOSED/.test(body.toString('latin1'))
}
