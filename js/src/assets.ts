import type { Assets } from './loader/assets.js'

/** Files of the entry `parevm`. The URLs stand as literals in the forms that bundlers look for. */
export const assets: Assets = {
  wasm: (build) =>
    build === 'threads'
      ? new URL('../../wasm/threads/parevm_bg.wasm', import.meta.url)
      : new URL('../../wasm/single/parevm_bg.wasm', import.meta.url),
  startWorker: () => new Worker(new URL('./worker.bundle.js', import.meta.url), { type: 'module' }),
  script() {
    // Not in the form that bundlers look for: they would copy the script once more.
    const own = import.meta.url
    return new URL('worker.bundle.js', own)
  },
  async service() {
    const [{ createBindings }, { createService }] = await Promise.all([
      import('../../wasm/single/parevm.js'),
      import('./pool/service.js'),
    ])
    return (port) => createService(port, () => createBindings)
  },
}
