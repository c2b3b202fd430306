import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chooseCompiler } from '../setup/choose.mjs'

const pins = {
  nightly: { from: '1.97.0', to: '1.98.0' },
  fetch: { channel: 'nightly-2026-05-20' },
  debian: { from: '1.96.0', to: '1.97.0' },
}
const nightly = { name: 'nightly', version: '1.97.0', nightly: true, sources: true }
const stable = { name: 'stable', version: '1.97.0', nightly: false, sources: true }
const bare = {
  rustup: true,
  toolchains: [stable],
  linker: true,
  debian: { version: null, sources: false, candidate: null },
}
const kinds = (findings) => chooseCompiler({ ...bare, ...findings }, pins).map(({ kind }) => kind)

test('an installed nightly of the tested range comes first', () => {
  assert.deepEqual(kinds({ toolchains: [stable, nightly] }), ['installed', 'fetch'])
})

test("Debian's compiler does not change the choice of an installed nightly", () => {
  const debian = { version: '1.96.0', sources: true, candidate: null }
  assert.equal(kinds({ toolchains: [stable, nightly], debian })[0], 'installed')
})

test('std sources are added to a tested nightly before another is fetched', () => {
  const toolchains = [{ ...nightly, sources: false }]
  assert.deepEqual(kinds({ toolchains }), ['addSources', 'fetch'])
})

test('the newest tested nightly wins', () => {
  const newer = { ...nightly, name: 'newer', version: '1.98.0' }
  const [first] = chooseCompiler({ ...bare, toolchains: [nightly, newer] }, pins)
  assert.equal(first.toolchain.name, 'newer')
})

test('a nightly outside the range is the last resort', () => {
  const toolchains = [{ ...nightly, version: '1.99.0' }]
  const debian = { version: null, sources: false, candidate: '1.96.0' }
  assert.deepEqual(kinds({ toolchains, debian }), ['fetch', 'debianInstall', 'untested'])
})

test("without rustup only what is installed, or Debian's packages, can serve", () => {
  const toolchains = [{ ...nightly, name: null }]
  assert.deepEqual(kinds({ rustup: false, toolchains }), ['installed'])
  const debian = { version: '1.96.0', sources: true, candidate: null }
  assert.deepEqual(kinds({ rustup: false, toolchains: [], debian }), ['debian'])
})

test("Debian's packages are of no use when too old, or without a linker", () => {
  const old = { version: null, sources: false, candidate: '1.85.0' }
  assert.deepEqual(kinds({ debian: old }), ['fetch'])
  const debian = { version: '1.96.0', sources: true, candidate: null }
  assert.deepEqual(kinds({ debian, linker: false }), ['fetch'])
})

test("Debian's compiler without its sources is completed", () => {
  const debian = { version: '1.96.0', sources: false, candidate: '1.96.0' }
  assert.deepEqual(kinds({ debian }), ['fetch', 'debianInstall'])
})
