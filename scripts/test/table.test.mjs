import assert from 'node:assert/strict'
import { test } from 'node:test'
import { replaced, tableOf } from '../conformance/table.mjs'

const machine = { cpu: 'Some CPU', cores: 2 }
const row = { suite: 'bal', passed: 7, failed: 1, skipped: 2, build: 'single', threads: '1' }

test('a row has the cases, how they ended, and the time', () => {
  const table = tableOf([{ ...row, seconds: 12.34 }], machine).split('\n')
  assert.equal(table[2], '| bal | 10 | 7 | 1 | 2 | wasm, single | 1 | 12.3 s |')
  assert.match(tableOf([{ ...row, seconds: 150 }], machine), /\| 2\.5 min \|/)
})

test('only what is between the marks is replaced', () => {
  const readme = 'a\n<!-- table of npm run conformance -->\nold\n<!-- end of conformance -->\nb\n'
  assert.equal(
    replaced(readme, 'new\n'),
    'a\n<!-- table of npm run conformance -->\nnew\n<!-- end of conformance -->\nb\n',
  )
  assert.throws(() => replaced('a\n<!-- end of conformance -->\n', 'new'), /marks/)
})
