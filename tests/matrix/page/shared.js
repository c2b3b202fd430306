// Checks the package in a shared worker, which starts no workers.
import { check } from './check.js'
import { createEvm } from './node_modules/parevm/dist/js/src/index.js'

globalThis.onconnect = ({ ports: [port] }) => {
  port.onmessage = async ({ data: { build } }) => {
    try {
      const response = await fetch('block.json.gz')
      const fixture = new Uint8Array(await response.arrayBuffer())
      port.postMessage(await check(createEvm, { fixture, build }))
    } catch (error) {
      port.postMessage({ error: `${error}\n${error.stack}\n${error.cause?.stack ?? ''}` })
    }
  }
}
