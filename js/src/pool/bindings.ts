/** The module that wasm-bindgen writes beside each build: `crate/wasm` as JavaScript sees it. */
export type Bindings = {
  initSync(options: { module: WebAssembly.Module; memory?: WebAssembly.Memory | undefined }): unknown
  /** Makes `host` the one that this thread's wasm speaks to. */
  attach(host: BindingsHost): void
  version(): string
  /** Where the byte lies that ends the running request. */
  cancelAddress(): number
  /** Only in the threads build; does not return. */
  runPoolWorker?(): void
  /** Ends the running request. For the single build; threads are told by the byte. */
  cancel(): void
  Engine: new (threads: number) => EngineBinding
}

/** What wasm calls. */
export type BindingsHost = {
  panicked(message: string): void
  settled(request: number, settled: number, total: number): void
  /** Resolves after pending events have been served. */
  pause(): Promise<void>
}

/** The engine as wasm offers it. Errors are thrown as `WireError`. */
export type EngineBinding = {
  smoke(): number
}
