import { readFile } from 'node:fs/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { createEvm } from '../../dist/js/src/index.js'

afterEach(() => vi.unstubAllGlobals())

/**
 * V8 checks `memory.copy` against the size that a thread knew last: a thread that is handed a
 * block which another one has just grown memory for traps. So nothing may grow while blocks run.
 */
test('shared memory does not grow once the engine has started', async () => {
  const memories: WebAssembly.Memory[] = []
  const { Memory } = WebAssembly
  vi.stubGlobal('WebAssembly', {
    ...Object.fromEntries(
      Object.getOwnPropertyNames(WebAssembly).map((name) => [name, Reflect.get(WebAssembly, name)]),
    ),
    Memory: class extends Memory {
      constructor(descriptor: WebAssembly.MemoryDescriptor) {
        super(descriptor)
        memories.push(this)
      }
    },
  })
  const fixture = await readFile(new URL('../../fixtures/13217637.json.gz', import.meta.url))
  await using evm = await createEvm({ build: 'threads', threads: 2 })
  expect(memories).toHaveLength(1)
  const size = memories[0]?.buffer.byteLength
  await evm.executeBlock({ fixture })
  expect(memories[0]?.buffer.byteLength).toBe(size)
  expect(() => memories[0]?.grow(1)).toThrow(RangeError)
})
