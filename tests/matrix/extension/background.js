// Service worker of the extension, which neither starts workers nor imports later.

import { check } from './check.js'
import { createEvm } from './package/dist/js/src/inThread.js'

/** The page asks with a message, since a driver may come before this script has run. */
globalThis.chrome.runtime.onMessage.addListener((_message, _sender, answer) => {
  checkPackage().then(answer, (error) => answer({ error: `${error}\n${error.stack}` }))
  return true
})

async function checkPackage() {
  let wasmFetched = 0
  const { fetch } = globalThis
  globalThis.fetch = (input, init) => {
    if (String(input).endsWith('.wasm')) wasmFetched += 1
    return fetch(input, init)
  }
  const response = await fetch('block.json.gz')
  const fixture = new Uint8Array(await response.arrayBuffer())
  return { ...(await check(createEvm, { fixture, build: 'single' })), wasmFetched }
}
