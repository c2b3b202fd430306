import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findWaits, isolateWaits } from '../wait32.mjs'

const wait = (offset) => [0xfe, 0x01, 0x02, offset]
const get = (local) => [0x20, local]

/** A module that imports `env.memory` (shared) and `env.before`, and exports `run: i32 -> i32`. */
function assemble(instructions) {
  const name = (text) => [text.length, ...Buffer.from(text)]
  const section = (id, ...content) => [id, content.flat().length, ...content.flat()]
  const body = [0, ...instructions.flat(Number.POSITIVE_INFINITY), 0x0b]
  return Buffer.from(
    [
      [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
      section(1, 2, [0x60, 1, 0x7f, 1, 0x7f], [0x60, 0, 0]),
      section(2, 2, name('env'), name('memory'), [2, 3, 1, 1], name('env'), name('before'), [0, 1]),
      section(3, 1, 0),
      section(7, 1, name('run'), 0, 1),
      section(10, 1, body.length, body),
    ].flat(),
  )
}

/** Waits for a word that holds something else, so it returns at once; then uses the address. */
const addressAfterWait = assemble([
  get(0),
  [0x41, 1], // expected: 1
  [0x42, 0x7f], // timeout: none
  wait(0),
  [0x1a],
  get(0),
])

function run(bytes, address) {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
  const env = { memory, before() {} }
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env })
  return instance.exports.run(address)
}

test('a wait is routed through a function that holds nothing else', () => {
  assert.deepEqual(findWaits(addressAfterWait), [{ offset: 0, alone: false }])
  assert.deepEqual(findWaits(isolateWaits(addressAfterWait)), [{ offset: 0, alone: true }])
})

test('the address of a wait is right after it', () => {
  assert.equal(run(isolateWaits(addressAfterWait), 64), 64)
})

test('Node 20 is wrong without the cure', { skip: !process.version.startsWith('v20.') }, () => {
  assert.notEqual(run(addressAfterWait, 64), 64)
})

test('waits with different offsets keep them', () => {
  const once = (offset) => [get(0), [0x41, 0], [0x42, 0], wait(offset)]
  const module = assemble([once(0), [0x1a], once(8), [0x1a], once(8)])
  const cured = isolateWaits(module)
  assert.deepEqual(findWaits(cured), [
    { offset: 0, alone: true },
    { offset: 8, alone: true },
  ])
  assert.equal(run(cured, 16), 2) // timed out
})

test('bytes that look like a wait inside a constant are left alone', () => {
  const module = assemble([[0x42, 0xfe, 0x81, 0x02], [0x1a], get(0)])
  assert.deepEqual(findWaits(module), [])
  assert.equal(isolateWaits(module), module)
})

test('a module that is already cured comes back as it is', () => {
  const cured = isolateWaits(addressAfterWait)
  assert.equal(isolateWaits(cured), cured)
})

test('a truncated module is an error', () => {
  assert.throws(() => findWaits(addressAfterWait.subarray(0, -3)), /wasm: the bytes end/)
})

test('what is not WebAssembly is an error', () => {
  assert.throws(() => findWaits(Buffer.from('export {}')), /not a WebAssembly module/)
})
