/** Module that wasm-bindgen writes into `dist/wasm`, which is absent when sources are checked. */
declare module '*/parevm.js' {
  const bindings: import('./bindings.js').Bindings
  export = bindings
}
