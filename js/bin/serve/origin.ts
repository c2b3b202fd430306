import { isLoopback, readAuthority } from './authority.js'

/** The origin of pages that have none of their own: sandboxed frames, `file:`, `data:`. */
export const OPAQUE = 'null'

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is

/** Schemes of the pages and workers of browser extensions. No web page can have them. */
const EXTENSIONS: ReadonlySet<string> = new Set([
  'chrome-extension',
  'moz-extension',
  'safari-web-extension',
])

const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443, ws: 80, wss: 443 }

/**
 * Reads an origin and returns it in one spelling: lower case, without the port that its scheme has anyway.
 * Returns `undefined` for everything that is no origin, URLs with a path or a user name included.
 */
export function readOrigin(text: string): Origin | undefined {
  const [, name = '', rest = ''] = SCHEME.exec(text) ?? []
  const scheme = name.toLowerCase()
  const authority = readAuthority(rest)
  if (authority === undefined) return undefined
  const { host, port } = authority
  const hasPort = port !== undefined && port !== DEFAULT_PORTS[scheme]
  return { scheme, host, hasPort, text: `${scheme}://${host}${hasPort ? `:${port}` : ''}` }
}

export type Origin = {
  readonly scheme: string
  readonly host: string
  /** Whether its port is another than that of its scheme. */
  readonly hasPort: boolean
  readonly text: string
}

/** Whether an origin commands this server without being named: a page on loopback, or an extension. */
export function isHome({ scheme, host, hasPort }: Origin): boolean {
  if (EXTENSIONS.has(scheme)) return !hasPort && /^[a-z0-9-]+$/.test(host)
  return (scheme === 'http' || scheme === 'https') && isLoopback(host)
}
