import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withMostPages } from '../memory.mjs'

/** (module (type (func)) (import "a" "f" (func)) (import "a" "m" (memory 1 2 shared)) (func)) */
const module = Buffer.from([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x04, 0x01, 0x60, 0x00, 0x00],
  ...[
    0x02, 0x0f, 0x02, 0x01, 0x61, 0x01, 0x66, 0x00, 0x00, 0x01, 0x61, 0x01, 0x6d, 0x02, 0x03, 1, 2,
  ],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x0a, 0x04, 0x01, 0x02, 0x00, 0x0b],
])

const start = (bytes, maximum) => {
  const m = new WebAssembly.Memory({ initial: 1, maximum, shared: true })
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { a: { f() {}, m } })
}

test('a module takes a memory that may grow further', () => {
  assert.throws(() => start(module, 65_536), WebAssembly.LinkError)
  const raised = withMostPages(module, 65_536)
  start(raised, 65_536)
  start(module, 2)
})

test('a module without a memory of others is refused', () => {
  assert.throws(() => withMostPages(module.subarray(0, 14), 1), /no memory/)
})
