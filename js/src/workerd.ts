/** Entry `parevm` of workerd, which compiles wasm when it deploys and starts no workers. */
import { createBindings } from '../../wasm/single/parevm.js'
import module from '../../wasm/single/parevm_bg.wasm'
import { assets } from './assets.js'
import type { createEvm as createEvmOf } from './evm/create.js'
import { startEvm } from './evm/start.js'
import { inThreadHost } from './loader/inThread.js'

export * from './index.js'

/** Starts an engine in the caller's thread. {@link createEvmOf} */
export const createEvm = (async (options: createEvmOf.Options = {}) => {
  const host = inThreadHost(assets, createBindings, { wasm: options?.wasm ?? module })
  return (await startEvm(host, options)).evm
}) as typeof createEvmOf
