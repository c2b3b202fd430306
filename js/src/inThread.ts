/** Entry `parevm/in-thread`: the bindings are part of it, for hosts that import nothing later (service workers). */
import { createBindings } from '../../wasm/single/parevm.js'
import { assets } from './assets.js'
import type { createEvm as createEvmOf } from './evm/create.js'
import { startEvm } from './evm/start.js'
import { inThreadHost } from './loader/inThread.js'

export * from './index.js'

/** Starts an engine in the caller's thread. {@link createEvmOf} */
export const createEvm = (async (options: createEvmOf.Options = {}) => {
  const host = inThreadHost(assets, createBindings, { wasm: options?.wasm })
  return (await startEvm(host, options)).evm
}) as typeof createEvmOf
