/**
 * Returns exports of wasm whose asynchronous tasks never throw: nobody would catch it. A trap goes to `onTrap`.
 *
 * wasm-bindgen runs a task by an export whose name has `closures` and `invoke`.
 */
export function guardTasks(
  exports: WebAssembly.Exports,
  onTrap: (error: unknown) => void,
): WebAssembly.Exports {
  const guarded: WebAssembly.Exports = { ...exports }
  for (const [name, run] of Object.entries(exports)) {
    if (typeof run !== 'function' || !/closures_+invoke/.test(name)) continue
    guarded[name] = (...parameters: unknown[]) => {
      try {
        return run(...parameters)
      } catch (error) {
        onTrap(error)
      }
    }
  }
  return guarded
}
