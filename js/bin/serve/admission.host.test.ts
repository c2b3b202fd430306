import { expect, test } from 'vitest'
import { both } from './admission.testkit.js'

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

test('names and addresses are admitted by their rules', () => {
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
