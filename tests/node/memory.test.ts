import { readFile } from 'node:fs/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { assets } from '../../dist/js/src/assets.js'
import { startEvm } from '../../dist/js/src/evm/start.js'
import { createEvm, OutOfMemoryError } from '../../dist/js/src/index.js'
import { nodeHost } from '../../dist/js/src/loader/node.js'

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

// Too little to keep the receipts, and too little to execute.
test.each([400, 440])(
  'a block that needs more than %i pages is an OutOfMemoryError',
  async (memoryPages) => {
    const fixture = await readFile(new URL('../../fixtures/13217637.json.gz', import.meta.url))
    const small = await readFile(new URL('../../fixtures/19933122.json.gz', import.meta.url))
    const host = { ...nodeHost(assets), memoryPages }
    const { evm } = await startEvm(host, { build: 'threads', threads: 2 })
    const error = await evm.executeBlock({ fixture }).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(OutOfMemoryError)
    expect((error as OutOfMemoryError).bytes).toBeGreaterThan(0)
    const { checks } = await evm.executeBlock({ fixture: small })
    expect(checks.gasUsed).toBe(true)
    await evm.close()
  },
)
