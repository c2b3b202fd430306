import { isLoopback, readAuthority } from './authority.js'

/** Opaque origin: of sandboxed frames, `file:` and `data:`. */
export const OPAQUE = 'null'

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is

/** Schemes of browser extensions, which no web page can have. */
const EXTENSIONS: ReadonlySet<string> = new Set([
  'chrome-extension',
  'moz-extension',
  'safari-web-extension',
])

const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443, ws: 80, wss: 443 }

/**
 * Parses an origin and normalizes it: lower case, without the default port. Returns `undefined` for any other text, URLs
 * with a path or a user name included.
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
  /** Whether its port is not the default one. */
  readonly hasPort: boolean
  readonly text: string
}

/** Whether an origin is allowed by default: loopback, or an extension. */
export function isHome({ scheme, host, hasPort }: Origin): boolean {
  if (EXTENSIONS.has(scheme)) return !hasPort && /^[a-z0-9-]+$/.test(host)
  return (scheme === 'http' || scheme === 'https') && isLoopback(host)
}
