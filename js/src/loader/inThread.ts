import type { BindingsFactory } from '../pool/bindings.js'
import { createService } from '../pool/service.js'
import type { Assets } from './assets.js'
import { browserHost } from './browser.js'
import type { FileOptions, Host } from './host.js'

/** Returns the host of a thread that starts no workers, with the bindings of the single build at hand. */
export function inThreadHost(
  assets: Assets,
  bindings: BindingsFactory,
  { wasm }: FileOptions,
): Host {
  const service: Assets['service'] = async () => (port) => createService(port, () => bindings)
  const host = browserHost({ ...assets, service }, { wasm })
  return { ...host, features: { ...host.features, workers: false } }
}
