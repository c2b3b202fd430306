import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareVersions, isWithin, parseVersion } from '../version.mjs'

test('a version is found in what tools print', () => {
  assert.equal(parseVersion('rustc 1.97.0-nightly (e50aa6fba 2026-05-19)'), '1.97.0')
  assert.equal(parseVersion('wasm-bindgen 0.2.130'), '0.2.130')
  assert.equal(parseVersion('Mozilla Firefox 153.7esr'), '153.7.0')
  assert.equal(parseVersion('1.96.0+dfsg1-1~deb12u2'), '1.96.0')
})

test('no version is found where there is none', () => {
  assert.equal(parseVersion('command not found'), null)
  assert.equal(parseVersion(null), null)
})

test('versions are compared by number, not by letter', () => {
  assert.ok(compareVersions('1.100.0', '1.99.9') > 0)
  assert.ok(compareVersions('20', '20.0.1') < 0)
  assert.equal(compareVersions('20', '20.0.0'), 0)
})

test('a range holds both its ends', () => {
  const range = { from: '1.96.0', to: '1.97.0' }
  assert.ok(isWithin('1.96.0', range))
  assert.ok(isWithin('1.97.0', range))
  assert.ok(!isWithin('1.97.1', range))
  assert.ok(!isWithin(null, range))
})
