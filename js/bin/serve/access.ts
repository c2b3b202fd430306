import { isIP } from 'node:net'
import { readText } from '../input.js'
import { UsageError } from '../usage.js'
import type { AccessRules } from './admission.js'
import { isLoopback, readAuthority } from './authority.js'
import { OPAQUE, readOrigin } from './origin.js'

/** Returns the access rules of the server, and warnings for the user. */
export async function accessOf(
  values: accessOf.Values,
  environment: NodeJS.ProcessEnv,
): Promise<accessOf.ReturnType> {
  const origins = new Set((values['allow-origin'] ?? []).map(originOf))
  const names = (values['allow-host'] ?? []).map((text) => hostOf('--allow-host', text))
  const bound = isIP(values.host) === 0 ? hostOf('--host', values.host) : addressOf(values.host)
  const isLocal = isLoopback(bound)
  const token = await tokenOf(values, environment)
  const warnings: string[] = []
  for (const wide of ['*', OPAQUE])
    if (origins.has(wide))
      warnings.push(`--allow-origin ${wide}: any page that a browser opens can send requests`)
  if (values.token !== undefined)
    warnings.push(
      '--token: other users of this machine can read it; use --token-file or PAREVM_TOKEN',
    )
  if (!isLocal && token === undefined)
    warnings.push(
      `--host ${values.host}: every machine that reaches this one can send requests; set a token (--token-file)`,
    )
  return {
    rules: { origins, hosts: new Set([bound, ...names]), addresses: !isLocal, token },
    warnings,
  }
}

export declare namespace accessOf {
  type Values = {
    host: string
    'allow-origin'?: string[] | undefined
    'allow-host'?: string[] | undefined
    token?: string | undefined
    'token-file'?: string | undefined
  }
  type ReturnType = { rules: AccessRules; warnings: readonly string[] }
}

function originOf(text: string): string {
  if (text === '*' || text === OPAQUE) return text
  // The spelling of browsers: international names as ASCII, and no slash at the end.
  const url = /^https?:/i.test(text) && URL.canParse(text) ? new URL(text) : undefined
  const isBare = url !== undefined && url.href === `${url.origin}/` && !/[?#@]/.test(text)
  const origin = readOrigin(isBare ? url.origin : text)
  if (origin !== undefined) return origin.text
  throw new UsageError(
    `--allow-origin takes an origin such as https://app.example or http://app.example:8080, null or *, not ${JSON.stringify(text)}`,
  )
}

/** Returns a name or an address as in the Host header. */
function hostOf(option: string, text: string): string {
  if (isIP(text) !== 0) return addressOf(text)
  const authority = readAuthority(text)
  if (authority !== undefined && authority.port === undefined) return authority.host
  throw new UsageError(
    `${option} takes a name or an address without a port, not ${JSON.stringify(text)}`,
  )
}

function addressOf(address: string): string {
  const host = isIP(address) === 6 ? `[${address.replace(/%.*$/, '')}]` : address
  return readAuthority(host)?.host ?? host
}

async function tokenOf(
  { token, 'token-file': file }: accessOf.Values,
  environment: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  if (token !== undefined && file !== undefined)
    throw new UsageError('--token and --token-file exclude each other')
  if (token !== undefined) return checkedToken('--token', token)
  if (file !== undefined) return checkedToken(file, (await readText(file)).trim())
  const { PAREVM_TOKEN } = environment
  return PAREVM_TOKEN === undefined ? undefined : checkedToken('PAREVM_TOKEN', PAREVM_TOKEN)
}

/** Longest token in characters, to fit into a header. */
const LONGEST_TOKEN = 1_024

function checkedToken(source: string, token: string): string {
  if (/^[\x21-\x7e]+$/.test(token) && token.length <= LONGEST_TOKEN) return token
  throw new UsageError(
    `${source}: a token has 1 to ${LONGEST_TOKEN} characters of ASCII, and no spaces`,
  )
}
