/** Module that scripts/bindgen writes into `dist/wasm`, which is absent when sources are checked. */
declare module '*/parevm.js' {
  export const createBindings: import('./bindings.js').BindingsFactory
}

/** Compiled module, as workerd imports a file of wasm. */
declare module '*/parevm_bg.wasm' {
  const module: WebAssembly.Module
  export default module
}
