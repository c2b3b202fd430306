import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { differenceOf, readApi } from '../check/api.mjs'

test('items and their own parts are listed, traits of others are not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'api-'))
  try {
    writeFileSync(join(folder, 'all.html'), '<li><a href="struct.Engine.html">Engine</a></li>')
    writeFileSync(
      join(folder, 'struct.Engine.html'),
      '<section id="method.new"></section><span id="structfield.pool"></span>' +
        '<h2 id="trait-implementations"></h2><section id="method.fmt"></section>',
    )
    assert.deepEqual(readApi(folder), [
      'method Engine::new',
      'struct Engine',
      'structfield Engine::pool',
    ])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a difference names what is gone and what is new', () => {
  assert.deepEqual(differenceOf(['fn a', 'fn b'], ['fn b', 'fn c']), ['- fn a', '+ fn c'])
  assert.deepEqual(differenceOf(['fn a'], ['fn a']), [])
})
