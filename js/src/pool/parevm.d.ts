/** Module that `scripts/bindgen` writes into `dist/wasm`, which is absent when sources are checked. */
declare module '*/parevm.js' {
  /** Returns bindings that have an instance of their own. */
  export function createBindings(): import('./bindings.js').Bindings
}
