import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findBuilderPath, remapFlags } from '../paths.mjs'

const folders = [
  ['/opt/cargo', '/cargo'],
  ['/src/parevm', '/parevm'],
]
const find = (text) => findBuilderPath(Buffer.from(text), folders, '/home/ann')

for (const [text, path] of [
  ['\0/opt/cargo/registry/src/x.rs\0', '/opt/cargo/registry/src/x.rs'],
  ['\x01/src/parevm/target/out.rs', '/src/parevm/target/out.rs'],
  ['see /home/ann/.rustup/x', '/home/ann/.rustup/x'],
  ['/elsewhere/.cargo/registry/y', '.cargo/registry/y'],
])
  test(`${JSON.stringify(text)} holds a path of the builder`, () => assert.equal(find(text), path))

for (const text of ['/cargo/registry/src/x.rs', 'trie/src/parevm.rs', '/home/annabel/x', 'a/b'])
  test(`${JSON.stringify(text)} holds none`, () => assert.equal(find(text), null))

test('each folder gets its name', () => {
  assert.deepEqual(remapFlags(folders), [
    '--remap-path-prefix=/opt/cargo=/cargo',
    '--remap-path-prefix=/src/parevm=/parevm',
  ])
})
