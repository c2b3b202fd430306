import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  compareVersionsOf,
  findForbidden,
  findHandlers,
  findOutsidePaths,
  findUnfinished,
  judgeLength,
  judgeName,
  judgeUnsafe,
} from '../check.mjs'

const agreeing = {
  pins: {
    wasmBindgen: { version: '0.2.130' },
    node: { minimum: '20.16.0' },
    rust: { minimum: { version: '1.95.0' } },
  },
  cargo: '[workspace.package]\nedition = "2024"\nversion = "0.1.0"\nrust-version = "1.95"\n',
  wasmCargo: 'wasm-bindgen = "=0.2.130"\n',
  bindgenCargo: 'wasm-bindgen-cli-support = "=0.2.130"\n',
  lock: 'name = "wasm-bindgen"\nversion = "0.2.130"\n',
  manifest: {
    version: '0.1.0',
    engines: { node: '>=20.16' },
  },
}

test("revm's handler and frames are named by vm alone", () => {
  const line = 'use revm::handler::{Handler, MainnetHandler};'
  assert.deepEqual(findHandlers('crate/parevm/src/vm/transact.rs', line), [])
  assert.deepEqual(findHandlers('crate/simulate/src/call.rs', `\n${line}`), [
    "crate/simulate/src/call.rs:2: names revm's handler or frames, which only crate/parevm/src/vm does",
  ])
  assert.deepEqual(findHandlers('crate/node/src/lib.rs', '// MainnetHandler'), [])
})

test('a crate behind the border is found in the tree', () => {
  const tree = 'parevm-stm v0.1.0\nthiserror v2.0.18\nalloy-primitives v1.7.0 (*)'
  assert.deepEqual(findForbidden(tree, [/^alloy/]), ['alloy-primitives'])
  assert.deepEqual(findForbidden(tree, [/^js-sys/]), [])
})

test('a file is its noun', () => {
  assert.match(judgeName('crate/parevm/src/utils.rs'), /says nothing/)
  assert.match(judgeName('js/src/types.d.ts'), /says nothing/)
  assert.equal(judgeName('js/src/pool/supervisor.ts'), null)
})

test('a file has at most 400 lines, unless it is on the list', () => {
  const text = 'a\n'.repeat(401)
  const exceptions = new Map([['rpc/mod.rs', 'a table']])
  assert.deepEqual(judgeLength('js/src/a.ts', 'a\n'.repeat(400), exceptions), [])
  assert.match(judgeLength('js/src/a.ts', text, exceptions).join(), /^js\/src\/a.ts: 401 lines/)
  assert.deepEqual(judgeLength('crate/node/src/rpc/mod.rs', text, exceptions), [])
  assert.equal(judgeLength('crate/node/src/otherrpc/mod.rs', text, exceptions).length, 1)
})

test('unfinished work is named with its line', () => {
  const mark = ['TO', 'DO'].join('')
  assert.deepEqual(findUnfinished('a.rs', `fn a() {}\n// ${mark}: b`), [
    'a.rs:2: unfinished work is not merged',
  ])
  assert.deepEqual(findUnfinished('a.rs', 'fn todos() {}'), [])
})

test('a crate that may hold unsafe code is named', () => {
  assert.deepEqual(judgeUnsafe('crate/stm/src/lib.rs', '#![forbid(unsafe_code)]\n'), [])
  assert.deepEqual(judgeUnsafe('crate/wasm/src/lib.rs', '#![deny(unsafe_code)]\n'), [])
  for (const text of ['', '#![deny(unsafe_code)]', '// forbid(unsafe_code)'])
    assert.match(
      judgeUnsafe('crate/stm/src/lib.rs', text).join(),
      /^crate\/stm\/src\/lib.rs: has no/,
    )
})

test('a path that leaves the repository is named, however it begins', () => {
  const up = '../'
  const leaves = [
    ['scripts/a.mjs', `const folder = join(root, '${up}data')`],
    ['scripts/a.mjs', `import '${up}${up}data.mjs'`],
    ['tests/node/a.test.ts', `new URL('${up}${up}${up}data/', import.meta.url)`],
    ['crate/testkit/src/a.rs', `Path::new(env!("CARGO_MANIFEST_DIR")).join("${up}${up}${up}data")`],
    ['crate/testkit/src/deep/er/a.rs', `folder.join("${up}${up}${up}data")`],
  ]
  for (const [path, line] of leaves)
    assert.deepEqual(
      findOutsidePaths(path, `\n${line}`),
      [`${path}:2: leaves the repository; see scripts/data.mjs`],
      line,
    )
  const stays = [
    ['scripts/a.mjs', `import '${up}package.json'`],
    ['tests/node/a.test.ts', `from '${up}${up}dist/js/src/index.js'`],
    ['crate/testkit/src/a.rs', `Path::new(env!("CARGO_MANIFEST_DIR")).join("${up}${up}fixtures")`],
  ]
  for (const [path, line] of stays) assert.deepEqual(findOutsidePaths(path, line), [], line)
})

test('versions that agree are silent', () => {
  assert.deepEqual(compareVersionsOf(agreeing), [])
})

test('a wasm-bindgen that is not the pinned one is named', () => {
  const errors = compareVersionsOf({ ...agreeing, wasmCargo: 'wasm-bindgen = "=0.2.131"\n' })
  assert.deepEqual(errors, [
    'the exact wasm-bindgen of Cargo.toml is 0.2.131; toolchain.json says 0.2.130',
  ])
})

test('a bindings generator of another version is named', () => {
  const bindgenCargo = 'wasm-bindgen-cli-support = "=0.2.131"\n'
  assert.deepEqual(compareVersionsOf({ ...agreeing, bindgenCargo }), [
    'the exact wasm-bindgen-cli-support of scripts/bindgen is 0.2.131; toolchain.json says 0.2.130',
  ])
})

test('a range instead of an exact wasm-bindgen is an error', () => {
  const errors = compareVersionsOf({ ...agreeing, wasmCargo: 'wasm-bindgen = "0.2.130"\n' })
  assert.match(errors[0], /is absent/)
})

test('package and crates have one version', () => {
  const manifest = { ...agreeing.manifest, version: '0.2.0' }
  assert.deepEqual(compareVersionsOf({ ...agreeing, manifest }), [
    'Cargo.toml has version 0.1.0, package.json 0.2.0',
  ])
})
