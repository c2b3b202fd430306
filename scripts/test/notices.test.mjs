import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { choose } from '../notices/licence.mjs'
import { allowedLicences, judge, noticesOf } from '../notices.mjs'
import { root } from '../process.mjs'

const allowed = ['MIT', 'Apache-2.0', 'Apache-2.0 WITH LLVM-exception', 'Unicode-3.0']

for (const [expression, taken] of [
  ['MIT', ['MIT']],
  ['Apache-2.0 OR MIT', ['MIT']],
  ['MIT/Apache-2.0', ['MIT']],
  ['GPL-3.0 OR Apache-2.0', ['Apache-2.0']],
  ['Apache-2.0 WITH LLVM-exception OR GPL-3.0', ['Apache-2.0 WITH LLVM-exception']],
  ['(MIT OR Apache-2.0) AND Unicode-3.0', ['MIT', 'Unicode-3.0']],
])
  test(`of ${expression} the preferred licence is taken`, () => {
    assert.deepEqual(choose(expression, allowed), taken)
  })

for (const expression of ['GPL-3.0', '', 'MIT AND GPL-3.0', 'MIT OR', 'MIT MIT', '(MIT'])
  test(`${JSON.stringify(expression)} is not allowed`, () => {
    assert.throws(() => choose(expression, allowed), /is not allowed by deny.toml/)
  })

test('deny.toml has one list of licences, the preferred one first', () => {
  const list = allowedLicences(readFileSync(join(root, 'deny.toml'), 'utf8'))
  assert.equal(list[0], 'MIT')
  assert.ok(list.includes('Apache-2.0') && !list.some((name) => name.startsWith('GPL')))
})

test('a package of another licence or from another source is named', () => {
  const source = 'registry+https://github.com/rust-lang/crates.io-index'
  const packages = [
    { name: 'good', version: '1.0.0', licence: 'MIT', source },
    { name: 'own', version: '1.0.0', licence: 'MIT OR Apache-2.0', source: null },
    { name: 'bad', version: '2.0.0', licence: 'AGPL-3.0', source },
    { name: 'none', version: '3.0.0', licence: null, source },
    { name: 'fork', version: '4.0.0', licence: 'MIT', source: 'git+https://example.com/fork' },
  ]
  assert.deepEqual(judge(packages, allowed), [
    'bad 2.0.0: the licence "AGPL-3.0" is not allowed by deny.toml',
    'none 3.0.0: the licence "" is not allowed by deny.toml',
    'fork 4.0.0: comes from git+https://example.com/fork',
  ])
})

test('one text stands once, under all that share it', () => {
  const one = { version: '1.0.0', licence: 'MIT', kind: 'crate', texts: ['the text'] }
  const packages = ['a', 'b'].map((name) => ({ ...one, name }))
  const text = noticesOf([...packages, { ...one, name: 'c', kind: 'npm', texts: ['other'] }], 'std')
  assert.equal(text.split('the text').length, 2)
  assert.match(text, /\na 1\.0\.0, b 1\.0\.0:\n\nthe text\n/)
  assert.match(text, /\nc 1\.0\.0:\n\nother\n/)
})

test('the notices name no path and no server of a registry', () => {
  const text = readFileSync(join(root, 'THIRD-PARTY-NOTICES.txt'), 'utf8')
  assert.doesNotMatch(text, /\/(root|home|work|Users)\/|registry\.|\.cargo|node_modules/)
  for (const name of ['revm', 'alloy-primitives', 'wasm-bindgen', 'ws', 'ox', 'abitype'])
    assert.match(text, new RegExp(`^  ${name} \\d`, 'm'))
  assert.doesNotMatch(text, /^ {2}parevm/m)
})
