import { expect } from 'vitest'
import { type AccessRules, decideRequest, decideUpgrade, type Head } from './admission.js'

export const RULES: AccessRules = {
  origins: new Set(),
  hosts: new Set(['127.0.0.1']),
  addresses: false,
  token: undefined,
}

export type Overrides = Record<string, string | readonly string[] | undefined>

/** Returns the head of an admitted request, with some headers replaced. */
export function head(overrides: Overrides = {}, method = 'POST', url = '/'): Head {
  const headers = { host: 'localhost:8545', 'content-type': 'application/json', ...overrides }
  const distinct = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, typeof value === 'string' ? [value] : value]],
  )
  return { method, url, headersDistinct: Object.fromEntries(distinct) }
}

/** Returns the outcome of a request: the status of a refusal, or else the kind of the decision. */
export function outcome(rules: Partial<AccessRules>, ...parameters: Parameters<typeof head>) {
  const decision = decideRequest({ ...RULES, ...rules }, head(...parameters))
  return decision.kind === 'refusal' ? decision.status : decision.kind
}

/** Returns the outcome of a handshake. */
export function upgrade(rules: Partial<AccessRules>, overrides: Overrides, url = '/') {
  const decision = decideUpgrade({ ...RULES, ...rules }, head(overrides, 'GET', url))
  return decision.kind === 'refusal' ? decision.status : decision.kind
}

/** Returns the common outcome of an HTTP request and of a handshake. */
export function both(rules: Partial<AccessRules>, overrides: Overrides) {
  const outcomes = [outcome(rules, overrides), upgrade(rules, overrides)]
  expect(new Set(outcomes).size).toBe(1)
  return outcomes[0]
}
