import { expect, test } from 'vitest'
import { decideRequest } from './admission.js'
import { head, type Overrides, outcome, RULES, upgrade } from './admission.testkit.js'

test.each([
  ['/', 'admission'],
  ['/?a=b', 'admission'],
  ['/?', 'admission'],
  ['//', 404],
  ['/.', 404],
  ['/rpc', 404],
  ['/%2f', 404],
  ['*', 404],
  ['', 404],
  ['http://localhost:8545/', 404],
  ['/#', 404],
])('the path %s has the outcome %s', (path, expected) => {
  expect(outcome({}, {}, 'POST', path)).toBe(expected)
  expect(upgrade({}, {}, path)).toBe(expected)
})

test.each(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'post'])('%s is refused', (method) => {
  const decision = decideRequest(RULES, head({}, method))
  expect(decision).toMatchObject({ status: 405, headers: { allow: 'POST, OPTIONS' } })
})

test.each([
  ['application/json', 'admission'],
  ['Application/JSON', 'admission'],
  ['application/json; charset=utf-8', 'admission'],
  ['application/json;charset=UTF-8', 'admission'],
  ['application/json ;a=b', 'admission'],
  [undefined, 415],
  ['', 415],
  ['text/plain', 415],
  ['text/plain;charset=UTF-8', 415],
  ['text/plain; application/json', 415],
  ['application/x-www-form-urlencoded', 415],
  ['multipart/form-data; boundary=application/json', 415],
  ['application/json, text/plain', 415],
  ['text/plain, application/json', 415],
  ['application/json text/plain', 415],
  ['application/jsonx', 415],
  ['application/json-rpc', 415],
  ['xapplication/json', 415],
  [['application/json', 'application/json'], 415],
])('the content-type %j has the outcome %s', (type, expected) => {
  expect(outcome({}, { 'content-type': type })).toBe(expected)
})

test('CORS headers name the admitted origin', () => {
  const origin = 'safari-web-extension://2B8A4C8E'
  const allowed = { vary: 'Origin', 'access-control-allow-origin': origin }
  expect(decideRequest(RULES, head({ origin }))).toEqual({
    kind: 'admission',
    origin,
    headers: allowed,
  })
  expect(decideRequest(RULES, head())).toEqual({
    kind: 'admission',
    origin: undefined,
    headers: { vary: 'Origin' },
  })
  // An admitted page can read the error, another one nothing.
  expect(decideRequest(RULES, head({ origin }, 'GET')).headers).toMatchObject(allowed)
  expect(decideRequest(RULES, head({ origin, 'content-type': 'text/plain' })).headers).toEqual(
    allowed,
  )
  expect(decideRequest(RULES, head({ origin: 'https://evil.example' })).headers).toEqual({
    vary: 'Origin',
  })
})

test('a preflight of an admitted origin needs no token', () => {
  const preflight = {
    origin: 'http://localhost:3000',
    'content-type': undefined,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type',
  }
  const rules = { ...RULES, token: 'secret' }
  const headers = {
    vary: 'Origin',
    allow: 'POST, OPTIONS',
    'access-control-allow-origin': 'http://localhost:3000',
    'access-control-allow-methods': 'POST, OPTIONS',
    'access-control-allow-headers': 'authorization, content-type',
    'access-control-max-age': '600',
  }
  expect(decideRequest(rules, head(preflight, 'OPTIONS'))).toEqual({ kind: 'preflight', headers })
  const network = { ...preflight, 'access-control-request-private-network': 'true' }
  expect(decideRequest(rules, head(network, 'OPTIONS'))).toEqual({
    kind: 'preflight',
    headers: { ...headers, 'access-control-allow-private-network': 'true' },
  })
  expect(decideRequest(rules, head({ ...preflight, origin: undefined }, 'OPTIONS'))).toEqual({
    kind: 'preflight',
    headers: { vary: 'Origin', allow: 'POST, OPTIONS' },
  })
  expect(outcome({}, { ...network, origin: 'https://evil.example' }, 'OPTIONS')).toBe(403)
  expect(outcome({}, { ...network, host: 'evil.example' }, 'OPTIONS')).toBe(403)
  expect(outcome({}, preflight, 'OPTIONS', '/rpc')).toBe(404)
})

test('a refusal names the option that admits', () => {
  const message = (overrides: Overrides) => {
    const decision = decideRequest(RULES, head(overrides))
    return decision.kind === 'refusal' ? decision.message : undefined
  }
  expect(message({ origin: 'https://App.example:443' })).toBe(
    'pages of the origin https://app.example may not send requests: parevm serve --allow-origin https://app.example admits them',
  )
  expect(message({ origin: 'null' })).toBe(
    'pages of the origin null may not send requests: parevm serve --allow-origin null admits every page that hides its origin',
  )
  expect(message({ host: 'chain.example:8545' })).toBe(
    'the host chain.example is not a name of this server: parevm serve --allow-host chain.example adds it',
  )
})

test('foreign text is shown without control characters, and cut to 200 characters', () => {
  const hostile = `http://\u001b[2J\u202e\u2028\u{e0041}é${'a'.repeat(10_000)}`
  for (const overrides of [{ origin: hostile }, { host: hostile }, { 'content-type': hostile }]) {
    const decision = decideRequest(RULES, head(overrides))
    if (decision.kind !== 'refusal') throw new Error('it was admitted')
    expect(decision.message).toMatch(/^[\x20-\x7e]+$/)
    expect(decision.message.length).toBeLessThan(300)
  }
  const long = decideRequest(RULES, head({ origin: `http://${'a.'.repeat(120)}b` }))
  expect(long.kind === 'refusal' && long.message.length).toBeLessThan(600)
})
