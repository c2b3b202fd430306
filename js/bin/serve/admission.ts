import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isAddress, isLoopback, readAuthority } from './authority.js'
import { isHome, OPAQUE, readOrigin } from './origin.js'
import type { Refusal } from './refuse.js'

/** Access rules of the server. */
export type AccessRules = {
  /** Allowed origins beside loopback and extensions; `*` for all. */
  readonly origins: ReadonlySet<string>
  /** Allowed names in the Host header beside loopback. */
  readonly hosts: ReadonlySet<string>
  /** Whether the Host header may be any address: addresses cannot be rebound by DNS. */
  readonly addresses: boolean
  /** Token that every request must have. */
  readonly token: string | undefined
}

/** Head of a request whose body is unread. */
export type Head = Pick<IncomingMessage, 'method' | 'url' | 'headersDistinct'>

/** Decision on a request. */
export type Decision = Admission | Preflight | AdmissionRefusal

/** Permission to read the body, or to upgrade to a WebSocket. */
export type Admission = {
  readonly kind: 'admission'
  /** Origin header of the page or extension, if any. */
  readonly origin: string | undefined
  readonly headers: Headers
}

/** Answer to OPTIONS. */
export type Preflight = { readonly kind: 'preflight'; readonly headers: Headers }

/** Refusal by the access rules; the connection is closed. */
export type AdmissionRefusal = Refusal & {
  readonly kind: 'refusal'
  /** Whether the user is notified: the refused page may be one that the user opened on purpose. */
  readonly isNotice: boolean
}

type Headers = Readonly<Record<string, string>>

/** Longest foreign text in a message, in characters. */
const SHOWN = 200

const METHODS = 'POST, OPTIONS'

/** Decides on an HTTP request by its head. */
export function decideRequest(rules: AccessRules, head: Head): Decision {
  const caller = callerOf(rules, head)
  if (caller.kind === 'refusal') return caller
  const { headers } = caller
  const misplaced = pathRefusal(head, headers)
  if (misplaced !== undefined) return misplaced
  if (head.method === 'OPTIONS') return { kind: 'preflight', headers: preflight(head, headers) }
  if (head.method !== 'POST')
    return refusal(405, 'JSON-RPC is sent with POST', { ...headers, allow: METHODS })
  const unauthorized = tokenRefusal(rules, head, headers)
  if (unauthorized !== undefined) return unauthorized
  const types = head.headersDistinct['content-type'] ?? []
  const [type = ''] = types
  if (types.length === 1 && /^application\/json[\t ]*(;|$)/i.test(type)) return caller
  const found = types.length === 0 ? 'none' : shown(types.join(', '))
  return refusal(415, `content-type must be application/json, found ${found}`, headers)
}

/** Decides on the handshake of a WebSocket; the WebSocket library checks its form. */
export function decideUpgrade(rules: AccessRules, head: Head): Admission | AdmissionRefusal {
  const caller = callerOf(rules, head)
  if (caller.kind === 'refusal') return caller
  return pathRefusal(head, {}) ?? tokenRefusal(rules, head, {}) ?? caller
}

/** Checks the Host header and the origin. */
function callerOf(rules: AccessRules, { headersDistinct }: Head): Admission | AdmissionRefusal {
  const hostProblem = problemOfHost(rules, headersDistinct.host ?? [])
  if (hostProblem !== undefined) return forbidden(hostProblem)
  const { origin: origins = [] } = headersDistinct
  const [origin] = origins
  if (origins.length > 1) return forbidden('there is more than one Origin header')
  if (origin !== undefined) return callerFrom(rules, origin)
  // Browsers send no Origin for embedded images and frames.
  const site = headersDistinct['sec-fetch-site']?.find((value) =>
    /^(cross|same)-site$/i.test(value),
  )
  if (site !== undefined && !rules.origins.has('*'))
    return forbidden(`Sec-Fetch-Site is ${site}, but there is no Origin header`)
  return { kind: 'admission', origin: undefined, headers: VARY }
}

function callerFrom({ origins }: AccessRules, text: string): Admission | AdmissionRefusal {
  const origin = readOrigin(text)
  if (origin === undefined && text !== OPAQUE)
    return forbidden(`the Origin header ${shown(text)} is not an origin`)
  const name = shown(origin?.text ?? OPAQUE)
  const isNamed = origins.has('*') || origins.has(origin?.text ?? OPAQUE)
  if (isNamed || (origin !== undefined && isHome(origin)))
    return {
      kind: 'admission',
      origin: text,
      headers: { ...VARY, 'access-control-allow-origin': text },
    }
  const effect = origin === undefined ? 'every page that hides its origin' : 'them'
  return forbidden(
    `pages of the origin ${name} may not send requests: parevm serve --allow-origin ${name} admits ${effect}`,
  )
}

/** Returns the problem of a Host header, if any: an unknown name may be one of a DNS rebinding attack. */
function problemOfHost(rules: AccessRules, hosts: readonly string[]): string | undefined {
  const [text] = hosts
  if (text === undefined) return 'the Host header is missing'
  if (hosts.length > 1) return 'there is more than one Host header'
  const host = readAuthority(text)?.host
  if (host === undefined) return `the Host header ${shown(text)} is not a host and a port`
  if (isLoopback(host) || rules.hosts.has(host)) return undefined
  if (rules.addresses && isAddress(host)) return undefined
  return `the host ${shown(host)} is not a name of this server: parevm serve --allow-host ${shown(host)} adds it`
}

function pathRefusal({ url = '' }: Head, headers: Headers): AdmissionRefusal | undefined {
  const [path] = url.split('?', 1)
  return path === '/' ? undefined : refusal(404, 'the only path is /', headers)
}

function tokenRefusal(
  { token }: AccessRules,
  { url = '', headersDistinct }: Head,
  headers: Headers,
): AdmissionRefusal | undefined {
  if (token === undefined) return undefined
  const { authorization } = headersDistinct
  const given = authorization?.map((value) => /^bearer +(\S+)$/i.exec(value)?.[1])
  // Pages cannot set headers of a WebSocket, and wallets take only a URL.
  const tokens = given ?? tokensIn(url)
  const [only] = tokens
  if (tokens.length === 1 && only !== undefined && isSame(only, token)) return undefined
  const message =
    'a token is required: the header "Authorization: Bearer TOKEN", or ?token=TOKEN in the URL'
  return refusal(401, message, { ...headers, 'www-authenticate': 'Bearer' })
}

/** Returns the tokens in the query of a URL, where a plus is literal: tokens have no spaces. */
function tokensIn(url: string): string[] {
  const start = url.indexOf('?')
  const query = start < 0 ? '' : url.slice(start + 1)
  return new URLSearchParams(query.replaceAll('+', '%2B')).getAll('token')
}

/** Compares two texts in constant time. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}

/** Returns the headers of the answer to a preflight. Without an origin there is nothing to allow. */
function preflight({ headersDistinct }: Head, headers: Headers): Headers {
  if (headers['access-control-allow-origin'] === undefined) return { ...headers, allow: METHODS }
  const isPrivate = headersDistinct['access-control-request-private-network']?.includes('true')
  return {
    ...headers,
    allow: METHODS,
    'access-control-allow-methods': METHODS,
    'access-control-allow-headers': 'authorization, content-type',
    'access-control-max-age': '600',
    ...(isPrivate === true ? { 'access-control-allow-private-network': 'true' } : {}),
  }
}

/** Makes caches distinguish answers by origin. */
const VARY: Headers = { vary: 'Origin' }

function refusal(status: Refusal['status'], message: string, headers: Headers): AdmissionRefusal {
  return { kind: 'refusal', status, message, headers, isNotice: false }
}

/** Returns a refusal without CORS headers: the page cannot read it. */
function forbidden(message: string): AdmissionRefusal {
  return { ...refusal(403, message, VARY), isNotice: true }
}

/** Returns the start of a foreign text as printable ASCII. */
function shown(text: string): string {
  const clean = text.replace(/[^\x20-\x7e]/g, '?')
  return clean.length > SHOWN ? `${clean.slice(0, SHOWN)}...` : clean
}
