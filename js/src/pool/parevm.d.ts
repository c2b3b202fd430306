/** Module that scripts/bindgen writes into `dist/wasm`, which is absent when sources are checked. */
declare module '*/parevm.js' {
  export const createBindings: import('./bindings.js').BindingsFactory
}
