/** What wasm-bindgen writes into `dist/wasm`, which does not exist when sources are checked. */
declare module '*/parevm.js' {
  const bindings: import('./bindings.js').Bindings
  export = bindings
}
