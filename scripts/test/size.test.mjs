import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crateOf } from '../size/groups.mjs'
import { judge, measure, resolveExport } from '../size.mjs'

test('a mangled name leads to the crate that defines the function', () => {
  const trie =
    '_RNvMs0_NtNtCs6hrmfnFVVrH_15parevm_simulate6report4callNtB4_15UncommittedCall6report'
  assert.equal(crateOf(trie), 'parevm_simulate')
  assert.equal(
    crateOf('_RNvMNtNtCs9iqhau5pSfe_4k25610arithmetic6scalarNtB2_6Scalar6invert'),
    'k256',
  )
  assert.equal(crateOf('memcpy'), 'other')
})

test('a size above the recorded one by more than 2 % is reported, one below is not', () => {
  const recorded = { 'parevm.js': { raw: 1000, gzip: 500, brotli: 400 } }
  const now = (raw, brotli) => judge({ 'parevm.js': { raw, gzip: 9999, brotli } }, recorded)
  assert.deepEqual(now(1020, 300), [])
  assert.deepEqual(now(1021, 408), ['parevm.js: 1021 bytes (raw), 1000 recorded'])
  assert.deepEqual(now(900, 409), ['parevm.js: 409 bytes (brotli), 400 recorded'])
  assert.match(judge({ 'other.js': recorded['parevm.js'] }, recorded)[0], /^other.js is not in/)
})

test('bytes are measured as they are and compressed', () => {
  const { raw, gzip, brotli } = measure(Buffer.alloc(10_000))
  assert.equal(raw, 10_000)
  assert.ok(gzip < 100 && brotli < 50)
})

test('an entry is that of a page', () => {
  const nested = { types: './a.d.ts', node: './node.js', browser: { import: './page.js' } }
  assert.equal(resolveExport(nested), './page.js')
  assert.equal(resolveExport(undefined), null)
})
