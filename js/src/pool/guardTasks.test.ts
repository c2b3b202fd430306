import { expect, test, vi } from 'vitest'
import { guardTasks } from './guardTasks.js'

test('a trap of an asynchronous task is reported, and not thrown', () => {
  const trap = new WebAssembly.RuntimeError('unreachable')
  const onTrap = vi.fn()
  const run = vi.fn((..._: unknown[]) => 7)
  const exports = guardTasks(
    {
      wasm_bindgen_a1_convert__closures_____invoke___JsValue: () => {
        throw trap
      },
      wasm_bindgen_a1_convert__closures_____invoke___other: run,
      engine_request: () => {
        throw trap
      },
      memory: {} as WebAssembly.Memory,
    },
    onTrap,
  ) as Record<string, (...parameters: unknown[]) => unknown>
  expect(exports.wasm_bindgen_a1_convert__closures_____invoke___JsValue?.()).toBeUndefined()
  expect(onTrap).toHaveBeenCalledExactlyOnceWith(trap)
  expect(exports.wasm_bindgen_a1_convert__closures_____invoke___other?.(1, 2)).toBe(7)
  expect(run).toHaveBeenCalledExactlyOnceWith(1, 2)
  // A call of ours throws to us.
  expect(exports.engine_request).toThrow(trap)
})
