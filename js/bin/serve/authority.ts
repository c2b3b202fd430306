import { isIPv4 } from 'node:net'

/** Host and port of a URL, in the spelling of browsers. */
export type Authority = {
  /** Lower-case name without a final dot, or an address; IPv6 in brackets. */
  readonly host: string
  readonly port: number | undefined
}

const LABELS = '[a-z0-9_-]+(?:\\.[a-z0-9_-]+)*'
const AUTHORITY = new RegExp(`^(\\[[0-9a-f:.]{2,45}\\]|${LABELS})(?::([0-9]{1,5}))?$`)

/** Longest name in characters (RFC 1035). */
const LONGEST_NAME = 253

/**
 * Parses a Host header, or the part of an origin after its scheme. Returns `undefined` for any other text, user names
 * included.
 */
export function readAuthority(text: string): Authority | undefined {
  const [, host, digits] = AUTHORITY.exec(text.toLowerCase()) ?? []
  if (host === undefined || host.length > LONGEST_NAME) return undefined
  const port = digits === undefined ? undefined : Number(digits)
  if (port !== undefined && port > 65_535) return undefined
  if (!host.startsWith('[')) return { host, port }
  // An IPv6 address has several spellings.
  const url = `http://${host}`
  return URL.canParse(url) ? { host: new URL(url).hostname, port } : undefined
}

/** Whether a host of {@link readAuthority} is loopback for every browser, whatever DNS returns. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost') || host === '[::1]') return true
  return host.startsWith('127.') && isIPv4(host)
}

/** Whether a host of {@link readAuthority} is an address. */
export function isAddress(host: string): boolean {
  return host.startsWith('[') || isIPv4(host)
}
