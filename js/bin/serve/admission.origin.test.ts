import { describe, expect, test } from 'vitest'
import { both } from './admission.testkit.js'

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

describe('named origins', () => {
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
  ])('%s is not a named one', (origin) => {
    expect(both({ origins }, { origin })).toBe(403)
  })

  test('null is admitted where it is named, and every origin by a star', () => {
    expect(both({ origins: new Set(['null']) }, { origin: 'null' })).toBe('admission')
    expect(both({ origins: new Set(['null']) }, { origin: 'https://evil.example' })).toBe(403)
    const all = { origins: new Set(['*']) }
    expect(both(all, { origin: 'null' })).toBe('admission')
    expect(both(all, { origin: 'https://evil.example' })).toBe('admission')
    expect(both(all, { origin: 'http://localhost@evil.example' })).toBe(403)
    expect(both(all, { origin: 'https://evil.example', host: 'evil.example' })).toBe(403)
  })
})
