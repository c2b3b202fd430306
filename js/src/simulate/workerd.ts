/** Entry `parevm/simulate` of workerd, which compiles wasm when it deploys and starts no workers. */
import { createBindings } from '../../../wasm/simulate/single/parevm.js'
import module from '../../../wasm/simulate/single/parevm_bg.wasm'
import { inThreadHost } from '../loader/inThread.js'
import { assets } from './assets.js'
import type { createEvm as createEvmOf } from './create.js'
import { startSimulator } from './create.js'

export * from './index.js'

/** Starts an engine in the caller's thread. {@link createEvmOf} */
export const createEvm = (async (options: createEvmOf.Options = {}) => {
  const host = inThreadHost(assets, createBindings, { wasm: options?.wasm ?? module })
  return startSimulator(host, options)
}) as typeof createEvmOf
