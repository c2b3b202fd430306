// Service worker of the extension, which neither starts workers nor imports later.

import { check } from './check.js'
import { createEvm } from './package/dist/js/src/inThread.js'

globalThis.checkPackage = async () => {
  try {
    const response = await fetch('block.json.gz')
    const fixture = new Uint8Array(await response.arrayBuffer())
    return await check(createEvm, { fixture, build: 'single' })
  } catch (error) {
    return { error: `${error}\n${error.stack}` }
  }
}
