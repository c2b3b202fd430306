import assert from 'node:assert/strict'
import { test } from 'node:test'
import { glossary } from '../language/glossary.mjs'
import { countWords, findWords, isChecked, splitWords } from '../language.mjs'

const words = (path, line) => findWords(path, line).map(({ found }) => found)

test('identifiers are read as words', () => {
  assert.equal(splitWords('onSettled(is_settled)'), 'on settled(is settled)')
  assert.deepEqual(words('js/src/a.ts', 'onSettled: () => 1'), ['settled'])
  assert.deepEqual(words('crate/stm/src/a.rs', 'fn set_aside()'), ['aside'])
})

test('a finding has file, line and the word to write', () => {
  assert.deepEqual(findWords('docs/a.md', 'fine\nReceipts that were told.'), [
    { path: 'docs/a.md', line: 2, found: 'told', write: 'send, report, notify, name' },
  ])
})

test('the name of a file is read, too', () => {
  assert.deepEqual(findWords('crate/stm/src/frontier.rs', ''), [
    { path: 'crate/stm/src/frontier.rs', line: 0, found: 'frontier', write: 'commit index' },
  ])
})

test('exceptions do not hide a word beside them', () => {
  assert.deepEqual(words('js/src/a.ts', 'await Promise.allSettled(all)'), [])
  assert.deepEqual(words('js/src/a.ts', 'await Promise.allSettled(settled)'), ['settled'])
  assert.deepEqual(words('crate/parevm/src/a.rs', 'SpecId::FRONTIER, "frontier", Frontier'), [])
  assert.deepEqual(words('crate/stm/src/a.rs', 'Frontier moves the frontier'), ['frontier'])
  assert.deepEqual(words('crate/parevm/src/execute/a.rs', 'bytes.chunks_exact(32)'), [])
  assert.deepEqual(words('crate/parevm/src/execute/a.rs', 'chunks of chunks(4)'), ['chunks'])
  assert.deepEqual(words('js/src/pool/a.ts', 'const chunk = taken.pop()'), ['chunk'])
  assert.deepEqual(words('js/bin/output.ts', 'stream.on("data", (chunk) => 1)'), [])
})

test('an entry that is limited to a folder finds nothing elsewhere', () => {
  assert.deepEqual(words('crate/stm/src/a.rs', 'marks and patches').length, 2)
  assert.deepEqual(words('scripts/a.mjs', 'marks and patches'), [])
})

test('generated files and the glossary itself are not checked', () => {
  for (const path of ['docs/methods.md', 'js/src/type/wire.ts', 'scripts/language/glossary.mjs'])
    assert.equal(isChecked(path), false, path)
  for (const path of ['README.md', 'scripts/build.mjs', 'crate/stm/README.md'])
    assert.equal(isChecked(path), true, path)
})

test('counts name word and folder', () => {
  const findings = findWords('crate/stm/src/a.rs', 'told\ntold\nheed')
  assert.deepEqual(countWords(findings), [
    'told -> send, report, notify, name: crate/stm 2',
    'heed -> apply, follow: crate/stm 1',
  ])
})

test('every exception has a reason and a pattern that can match more than once', () => {
  for (const { except = [] } of glossary)
    for (const { text, why } of except) {
      assert.ok(why.length > 3)
      assert.ok(text.flags.includes('g'), String(text))
    }
})
