import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { digest, isCurrent, listFiles, record } from '../stamp.mjs'

let folder
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parevm-stamp-'))
  mkdirSync(join(folder, 'crate/target'), { recursive: true })
  writeFileSync(join(folder, 'crate/lib.rs'), 'one')
  writeFileSync(join(folder, 'crate/target/lib.rlib'), 'built')
  writeFileSync(join(folder, 'Cargo.lock'), 'locked')
})
afterEach(() => rmSync(folder, { recursive: true }))

test('sources are listed in order and without build outputs', () => {
  assert.deepEqual(listFiles(folder, ['crate', 'Cargo.lock', 'absent']), [
    'Cargo.lock',
    'crate/lib.rs',
  ])
})

test('the digest changes with a content, a name and a fact', () => {
  const first = digest(folder, ['crate'], { compiler: 'a' })
  assert.equal(digest(folder, ['crate'], { compiler: 'a' }), first)
  assert.notEqual(digest(folder, ['crate'], { compiler: 'b' }), first)
  writeFileSync(join(folder, 'crate/lib.rs'), 'two')
  const second = digest(folder, ['crate'], { compiler: 'a' })
  assert.notEqual(second, first)
  writeFileSync(join(folder, 'crate/main.rs'), '')
  assert.notEqual(digest(folder, ['crate'], { compiler: 'a' }), second)
})

test('an output is current only while it exists and its stamp fits', () => {
  const stamp = join(folder, 'dist/.stamp/x')
  const output = join(folder, 'dist/x.wasm')
  assert.ok(!isCurrent(stamp, 'v1', []))
  record(stamp, 'v1')
  assert.ok(!isCurrent(stamp, 'v1', [output]))
  writeFileSync(output, '')
  assert.ok(isCurrent(stamp, 'v1', [output]))
  assert.ok(!isCurrent(stamp, 'v2', [output]))
})
