import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findCycles } from '../check/arrows.mjs'
import { flattenUse, pathsOf } from '../check/imports.mjs'

/** A crate of two floors: `vm` above `state`. */
const floors = {
  'lib.rs': 'mod state;\nmod vm;\npub use vm::Environment;',
  'state/mod.rs': 'mod overlay;\npub use overlay::Overlay;',
  'state/overlay.rs': 'pub struct Overlay;',
  'vm/mod.rs': 'mod environment;\npub use environment::Environment;',
  'vm/environment.rs': 'use crate::state::{Overlay, other::Thing};\npub struct Environment;',
}
const cyclesOf = (files) => findCycles(new Map(Object.entries(files)), 'src/')

test('a crate whose arrows point one way has no cycle', () => {
  assert.deepEqual(cyclesOf(floors), [])
})

test('a planted back arrow is named with both files', () => {
  const planted = { ...floors, 'state/overlay.rs': 'use crate::{\n    vm::environment,\n};' }
  assert.deepEqual(cyclesOf(planted), [
    'src/state/overlay.rs imports src/vm/environment.rs, and back: src/vm/environment.rs imports src/state/overlay.rs',
  ])
})

test('a back arrow by a re-export, a path or `super` is found, too', () => {
  for (const back of [
    'use crate::Environment;',
    'fn run() { crate::vm::environment::new() }',
    'use super::super::vm::Environment;',
    'use crate::Environment as Rules;',
  ]) {
    const found = cyclesOf({ ...floors, 'state/overlay.rs': back })
    assert.equal(found.length, 1, back)
    assert.match(found[0], /src\/state\/overlay\.rs imports src\/vm/, back)
  }
})

test('a cycle of three files is named once, with all of its arrows', () => {
  const three = {
    'lib.rs': '',
    'a.rs': 'use crate::b::B;',
    'b.rs': 'use crate::c::C;',
    'c.rs': 'use crate::a::A;',
  }
  assert.deepEqual(cyclesOf(three), [
    'src/a.rs imports src/b.rs, and back: src/b.rs imports src/c.rs, src/c.rs imports src/a.rs',
  ])
})

test('comments, strings and modules of tests are no imports', () => {
  const quiet = {
    ...floors,
    'state/overlay.rs': [
      '// use crate::vm::Environment;',
      '/// [`crate::vm::Environment`]',
      'const PATH: &str = "crate::vm";',
      '#[cfg(test)]',
      'mod tests {',
      '    use crate::vm::Environment;',
      '}',
    ].join('\n'),
    'state/mod.rs': 'mod overlay;\n#[cfg(test)]\nmod checks;\npub use overlay::Overlay;',
    'state/checks.rs': 'use crate::vm::Environment;',
  }
  assert.deepEqual(cyclesOf(quiet), [])
})

test('a use tree is flattened, and its names are taken from the root of the crate', () => {
  assert.deepEqual(flattenUse('a::{b, c::{d, e as f}}'), ['a::b', 'a::c::d', 'a::c::e as f'])
  const { imports, exports } = pathsOf('use super::{x::Y, z};\npub use self::w::W;', ['vm', 'evm'])
  assert.deepEqual(imports, [
    ['vm', 'x', 'Y'],
    ['vm', 'z'],
    ['vm', 'evm', 'w', 'W'],
  ])
  assert.deepEqual(exports, [{ names: ['vm', 'evm', 'w', 'W'], alias: 'W' }])
})
