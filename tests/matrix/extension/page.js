// Page of the extension, as its popup.

import { check } from './check.js'
import { createEvm } from './package/dist/js/src/index.js'

globalThis.checkPackage = async (build, options) => {
  try {
    const response = await fetch('block.json.gz')
    const fixture = new Uint8Array(await response.arrayBuffer())
    return await check(createEvm, { fixture, build, options })
  } catch (error) {
    return { error: `${error}\n${error.stack}` }
  }
}
