import type { Port } from '../pool/port.js'
import type { Service } from '../pool/service.js'
import type { Build } from './choose.js'

/** Files that an entry of the package loads at run time. Each entry has its own. */
export type Assets = {
  /** Returns the URL of the wasm file of a build. */
  wasm(build: Build): URL
  /** Starts a worker of a browser with the worker script of the entry. */
  startWorker(): Worker
  /** Returns the URL of the worker script, as far as no bundler has moved it. */
  script(): URL
  /** Loads what a worker does into this thread, with the bindings of the single build. */
  service(): Promise<(port: Port) => Service>
}
