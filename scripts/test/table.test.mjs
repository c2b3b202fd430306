import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tableOf } from '../conformance/table.mjs'
import { replaced } from '../markers.mjs'

const machine = { cpu: 'Some CPU', cores: 2 }
const row = { suite: 'bal', passed: 7, failed: 1, skipped: 2, build: 'single', threads: '1' }

test('a row has the cases, how they ended, and the time', () => {
  const table = tableOf([{ ...row, seconds: 12.34 }], machine).split('\n')
  assert.equal(table[2], '| bal | 10 | 7 | 1 | 2 | wasm, single | 1 | 12.3 s |')
  assert.match(tableOf([{ ...row, seconds: 150 }], machine), /\| 2\.5 min \|/)
})

test('only the text between the markers is replaced', () => {
  const markers = ['<!-- a -->', '<!-- b -->']
  const page = 'before\n<!-- a -->\nold\n<!-- b -->\nafter\n'
  assert.equal(replaced(page, markers, 'new\n'), 'before\n<!-- a -->\nnew\n<!-- b -->\nafter\n')
  assert.throws(() => replaced('a\n<!-- b -->\n', markers, 'new'), /marker/)
  assert.throws(() => replaced('<!-- b -->\n<!-- a -->\n', markers, 'new'), /marker/)
})
