import { describe, expect, test } from 'vitest'
import { type DoorRules, decideRequest, decideUpgrade, type Head } from './door.js'

const RULES: DoorRules = {
  origins: new Set(),
  hosts: new Set(['127.0.0.1']),
  addresses: false,
  token: undefined,
}

type Overrides = Record<string, string | readonly string[] | undefined>

/** The head of a request that is admitted, with other headers. */
function head(overrides: Overrides = {}, method = 'POST', url = '/'): Head {
  const headers = { host: 'localhost:8545', 'content-type': 'application/json', ...overrides }
  const distinct = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, typeof value === 'string' ? [value] : value]],
  )
  return { method, url, headersDistinct: Object.fromEntries(distinct) }
}

/** The outcome as one word: the status of a refusal, or the kind of what is admitted. */
function outcome(rules: Partial<DoorRules>, ...parameters: Parameters<typeof head>) {
  const decision = decideRequest({ ...RULES, ...rules }, head(...parameters))
  return decision.kind === 'refusal' ? decision.status : decision.kind
}

const upgrade = (rules: Partial<DoorRules>, overrides: Overrides, url = '/') => {
  const decision = decideUpgrade({ ...RULES, ...rules }, head(overrides, 'GET', url))
  return decision.kind === 'refusal' ? decision.status : decision.kind
}

/** Decides over a request of HTTP and over a handshake, which have the same outcome. */
function both(rules: Partial<DoorRules>, overrides: Overrides) {
  const outcomes = [outcome(rules, overrides), upgrade(rules, overrides)]
  expect(new Set(outcomes).size).toBe(1)
  return outcomes[0]
}

test.each([
  undefined,
  'http://localhost',
  'http://localhost:3000',
  'https://localhost:443',
  'HTTP://LocalHost:3000',
  'http://app.localhost:5173',
  'http://a.b.localhost',
  'http://127.0.0.1',
  'http://127.0.0.1:65535',
  'https://127.8.9.10:8443',
  'http://127.255.255.255',
  'http://[::1]',
  'http://[::1]:3000',
  'http://[0:0:0:0:0:0:0:1]:3000',
  'chrome-extension://nkbihfbeogaeaoehlefnkodbefgpgknn',
  'moz-extension://2b8a4c8e-5b0e-4c62-a5d7-0d3f1a3f6c11',
  'safari-web-extension://2B8A4C8E-5B0E-4C62-A5D7-0D3F1A3F6C11',
])('the origin %s is admitted', (origin) => {
  expect(both({}, { origin })).toBe('admission')
})

const HOSTILE_ORIGINS = [
  'https://evil.example',
  'null',
  'NULL',
  '',
  ' ',
  '*',
  'localhost',
  'localhost:3000',
  '//localhost',
  'http://',
  'http:localhost',
  'http:///localhost',
  'http://localhost.evil.example',
  'http://localhost.evil.example:3000',
  'http://evil-localhost',
  'http://evillocalhost',
  'http://notlocalhost:3000',
  'http://localhost.',
  'http://127.0.0.1.',
  'http://.localhost',
  'http://localhost..',
  'http://a..localhost',
  'http://localhost@evil.example',
  'http://localhost:3000@evil.example',
  'http://user@localhost',
  'http://user:password@localhost:3000',
  'http://localhost/',
  'http://localhost/path',
  'http://localhost?evil.example',
  'http://localhost#evil.example',
  'http://localhost\\evil.example',
  'http://localhost%2eevil.example',
  'http://localhost%00.evil.example',
  'http://localhost evil.example',
  'http://localhost, https://evil.example',
  'https://evil.example, http://localhost',
  'http://localhost https://evil.example',
  'http://localhost:',
  'http://localhost:65536',
  'http://localhost:99999999',
  'http://localhost:-1',
  'http://localhost:3000:3000',
  'http://localhost:8o',
  'http://127.0.0.1.evil.example',
  'http://127.evil.example',
  'http://127.0.0.1.nip.io',
  'http://127.1',
  'http://127.0.0.256',
  'http://127.0.0.01',
  'http://0127.0.0.1',
  'http://0x7f.0.0.1',
  'http://2130706433',
  'http://128.0.0.1',
  'http://0.0.0.0:3000',
  'http://192.168.1.2',
  'http://[::]',
  'http://[::2]',
  'http://[::1',
  'http://::1',
  'http://[::1]evil.example',
  'http://[::1].evil.example',
  'http://[::1%25eth0]',
  'http://[::ffff:127.0.0.1]',
  'http://[::ffff:7f00:1]',
  'http://[1::1]',
  'http://löcalhost',
  'http://ⓛocalhost',
  'http://localhost\u202e',
  'http://xn--lcalhost-n4a',
  'ws://localhost',
  'ftp://localhost',
  'file://localhost',
  'tauri://localhost',
  'data:text/html,localhost',
  'javascript://localhost',
  'chrome-extension://',
  'chrome-extension://evil.example',
  'chrome-extension://nkbihfbeogaeaoehlefnkodbefgpgknn:80',
  'chrome-extension://nkbihfbeogaeaoehlefnkodbefgpgknn/page.html',
  'chrome-extension://a@nkbihfbeogaeaoehlefnkodbefgpgknn',
  'chrome-extensions://nkbihfbeogaeaoehlefnkodbefgpgknn',
  'chrome-extension.evil.example',
  'https://chrome-extension',
  'https://moz-extension.example',
  `http://${'a'.repeat(300)}.localhost`,
]

test.each(HOSTILE_ORIGINS)('the origin %j is refused', (origin) => {
  expect(both({}, { origin })).toBe(403)
})

test('several Origin headers are refused, also where each alone is admitted', () => {
  const origin = ['http://localhost:3000', 'http://localhost:3000']
  expect(both({}, { origin })).toBe(403)
  expect(both({ origins: new Set(['*']) }, { origin })).toBe(403)
})

test.each([
  ['cross-site', 403],
  ['same-site', 403],
  ['Cross-Site', 403],
  ['same-origin', 'admission'],
  ['none', 'admission'],
])(
  'a request without Origin from a page (Sec-Fetch-Site: %s) has the outcome %s',
  (site, expected) => {
    expect(both({}, { 'sec-fetch-site': site })).toBe(expected)
    expect(both({}, { 'sec-fetch-site': site, origin: 'http://localhost:3000' })).toBe('admission')
    expect(both({}, { 'sec-fetch-site': site, origin: 'https://evil.example' })).toBe(403)
  },
)

describe('origins that are named', () => {
  const origins = new Set(['https://app.example', 'http://app.example:8080', 'tauri://localhost'])

  test.each([
    'https://app.example',
    'https://app.example:443',
    'HTTPS://APP.example',
    'http://app.example:8080',
    'tauri://localhost',
    'http://localhost:3000',
  ])('%s is admitted', (origin) => {
    expect(both({ origins }, { origin })).toBe('admission')
  })

  test.each([
    'http://app.example',
    'https://app.example:8080',
    'https://app.example.evil.example',
    'https://evil.app.example',
    'https://app.example.',
    'https://app.example/',
    'http://app.example:80',
    'null',
  ])('%s is not one of them', (origin) => {
    expect(both({ origins }, { origin })).toBe(403)
  })

  test('null is admitted where it is named, and everything that is an origin by a star', () => {
    expect(both({ origins: new Set(['null']) }, { origin: 'null' })).toBe('admission')
    expect(both({ origins: new Set(['null']) }, { origin: 'https://evil.example' })).toBe(403)
    const all = { origins: new Set(['*']) }
    expect(both(all, { origin: 'null' })).toBe('admission')
    expect(both(all, { origin: 'https://evil.example' })).toBe('admission')
    expect(both(all, { origin: 'http://localhost@evil.example' })).toBe(403)
    expect(both(all, { origin: 'https://evil.example', host: 'evil.example' })).toBe(403)
  })
})

test.each([
  'localhost',
  'localhost:8545',
  'LOCALHOST:1',
  'chain.localhost:8545',
  '127.0.0.1',
  '127.0.0.1:8545',
  '127.3.4.5:8545',
  '[::1]:8545',
  '[0:0:0:0:0:0:0:1]',
])('the host %s is admitted', (host) => {
  expect(both({}, { host })).toBe('admission')
})

test.each([
  undefined,
  '',
  'evil.example',
  'evil.example:8545',
  'localhost.evil.example',
  'localhost.',
  '127.0.0.1.nip.io:8545',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0.0.0.0:8545',
  '192.168.1.2:8545',
  '[::]:8545',
  '[::ffff:127.0.0.1]:8545',
  '[fe80::1]',
  '::1',
  'localhost:8545:8545',
  'localhost:99999',
  'localhost:x',
  'localhost/',
  'user@localhost',
  'localhost@evil.example',
  'localhost, evil.example',
  'localhost evil.example',
  'http://localhost',
  'locаlhost',
])('the host %j is refused', (host) => {
  expect(both({}, { host })).toBe(403)
})

test('several Host headers are refused', () => {
  expect(both({}, { host: ['localhost', 'evil.example'] })).toBe(403)
  expect(both({}, { host: ['localhost', 'localhost'] })).toBe(403)
})

test('names and addresses are admitted where the rules have them', () => {
  const hosts = new Set(['chain.example'])
  expect(both({ hosts }, { host: 'Chain.Example:8545' })).toBe('admission')
  expect(both({ hosts }, { host: 'evil.chain.example' })).toBe(403)
  expect(both({ hosts }, { host: '192.168.1.2' })).toBe(403)
  const addresses = true
  for (const host of ['192.168.1.2:8545', '0.0.0.0', '[fe80::1]:8545', '[::ffff:127.0.0.1]'])
    expect(both({ addresses }, { host })).toBe('admission')
  for (const host of ['evil.example', '192.168.1.2.nip.io', '3232235778', '1.2.3'])
    expect(both({ addresses }, { host })).toBe(403)
})

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

test('an answer says whom it may be shown to, and differs by origin', () => {
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
  // A page that is admitted can read what it did wrong, another one nothing.
  expect(decideRequest(RULES, head({ origin }, 'GET')).headers).toMatchObject(allowed)
  expect(decideRequest(RULES, head({ origin, 'content-type': 'text/plain' })).headers).toEqual(
    allowed,
  )
  expect(decideRequest(RULES, head({ origin: 'https://evil.example' })).headers).toEqual({
    vary: 'Origin',
  })
})

test('a preflight is answered for origins that are admitted, without a token', () => {
  const asked = {
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
  expect(decideRequest(rules, head(asked, 'OPTIONS'))).toEqual({ kind: 'preflight', headers })
  const network = { ...asked, 'access-control-request-private-network': 'true' }
  expect(decideRequest(rules, head(network, 'OPTIONS'))).toEqual({
    kind: 'preflight',
    headers: { ...headers, 'access-control-allow-private-network': 'true' },
  })
  expect(decideRequest(rules, head({ ...asked, origin: undefined }, 'OPTIONS'))).toEqual({
    kind: 'preflight',
    headers: { vary: 'Origin', allow: 'POST, OPTIONS' },
  })
  expect(outcome({}, { ...network, origin: 'https://evil.example' }, 'OPTIONS')).toBe(403)
  expect(outcome({}, { ...network, host: 'evil.example' }, 'OPTIONS')).toBe(403)
  expect(outcome({}, asked, 'OPTIONS', '/rpc')).toBe(404)
})

describe('a token', () => {
  const rules = { token: 'a+b/c=&?' }

  test.each([
    ['Bearer a+b/c=&?', 'admission'],
    ['bearer   a+b/c=&?', 'admission'],
    [undefined, 401],
    ['', 401],
    ['Bearer', 401],
    ['Bearer ', 401],
    ['Bearer a+b/c=&', 401],
    ['Bearer a+b/c=&?x', 401],
    ['Bearer A+B/C=&?', 401],
    ['Bearer a+b/c=&? x', 401],
    ['Basic a+b/c=&?', 401],
    ['a+b/c=&?', 401],
    [['Bearer a+b/c=&?', 'Bearer x'], 401],
    [['Bearer a+b/c=&?', 'Bearer a+b/c=&?'], 401],
  ])('as the header %j has the outcome %s', (authorization, expected) => {
    expect(both(rules, { authorization })).toBe(expected)
  })

  test.each([
    ['/?token=a%2Bb%2Fc%3D%26%3F', 'admission'],
    ['/?token=a+b/c=%26?', 'admission'],
    ['/?x=y&token=a+b/c=%26?', 'admission'],
    ['/?token=', 401],
    ['/?token=x', 401],
    ['/?Token=a+b/c=%26?', 401],
    ['/?token=a+b/c=%26?&token=x', 401],
    ['/?', 401],
  ])('in the URL %s has the outcome %s', (url, expected) => {
    expect(outcome(rules, {}, 'POST', url)).toBe(expected)
    expect(upgrade(rules, {}, url)).toBe(expected)
  })

  test('does not count where there is another in the header', () => {
    expect(outcome(rules, { authorization: 'Bearer x' }, 'POST', '/?token=a+b/c=%26?')).toBe(401)
  })

  test('admits no page that is refused without it', () => {
    const authorization = 'Bearer a+b/c=&?'
    expect(both(rules, { authorization, origin: 'https://evil.example' })).toBe(403)
    expect(both(rules, { authorization, host: 'evil.example' })).toBe(403)
  })

  test('that lacks is asked for', () => {
    const decision = decideRequest({ ...RULES, ...rules }, head())
    expect(decision).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } })
  })
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

test('foreign text is shown without control characters, and 200 characters of it', () => {
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
