import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { capture, root } from '../process.mjs'
import { outsideTests, parts } from '../test.mjs'

const readsOutside = /\bblocks_folder\(|\bdata::(find_)?outside\(/

/** Path of a Rust test module as the test runner names it: `executor::bal`. */
function moduleOf(path) {
  return path
    .replace(/^crate\/[^/]+\/(src|tests\/[^/]+)\//, '')
    .replace(/(\/mod)?\.rs$/, '')
    .replaceAll('/', '::')
}

test('every rust test that reads outside data is run with it', () => {
  const files = capture('git', ['ls-files', 'crate']).split('\n')
  const tests = files.filter(
    (path) =>
      (/\/tests\/suite\/.*\.rs$/.test(path) || path.includes('/metamorphic')) &&
      existsSync(join(root, path)) &&
      readsOutside.test(readFileSync(join(root, path), 'utf8')),
  )
  assert.ok(tests.length >= 7)
  const missed = tests
    .map(moduleOf)
    .filter((module) => !outsideTests.some((one) => module.includes(one)))
  assert.deepEqual(missed, [])
})

test('the parts for further lines of Node name test files that exist', () => {
  const files = capture('git', ['ls-files', 'js', 'tests']).split('\n')
  for (const part of parts.host)
    assert.ok(
      files.some((path) => path.includes(part) && path.endsWith('.test.ts')),
      part,
    )
})
