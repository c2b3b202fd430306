// Checks the package in a dedicated worker.
import { check } from './check.js'
import { createEvm } from './node_modules/parevm/dist/js/src/index.js'

globalThis.onmessage = async ({ data: { build } }) => {
  try {
    const response = await fetch('block.json.gz')
    const fixture = new Uint8Array(await response.arrayBuffer())
    postMessage(await check(createEvm, { fixture, build }))
  } catch (error) {
    postMessage({ error: `${error}\n${error.stack}\n${error.cause?.stack ?? error.cause ?? ''}` })
  }
}
