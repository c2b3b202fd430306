/** Entry `parevm/simulate/in-thread`: the bindings are part of it, for hosts that import nothing later (service workers). */
import { createBindings } from '../../../wasm/simulate/single/parevm.js'
import { inThreadHost } from '../loader/inThread.js'
import { assets } from './assets.js'
import type { createEvm as createEvmOf } from './create.js'
import { startSimulator } from './create.js'

export * from './index.js'

/** Starts an engine in the caller's thread. {@link createEvmOf} */
export const createEvm = (async (options: createEvmOf.Options = {}) => {
  const host = inThreadHost(assets, createBindings, { wasm: options?.wasm })
  return startSimulator(host, options)
}) as typeof createEvmOf
