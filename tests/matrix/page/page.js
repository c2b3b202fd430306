// Checks the package in a page. What differs from page to page stands in its query.

import { check } from './check.js'

const query = new URLSearchParams(location.search)
/** Origin of the package, where it is not the page's own. */
const origin = query.get('package') ?? new URL('.', import.meta.url).href

/** Reports to whoever embeds or has loaded this script, or to the driver of the browser. */
function report(result) {
  if (globalThis.onReport !== undefined) return globalThis.onReport(result)
  if (parent !== window) return parent.postMessage(result, '*')
  document.documentElement.dataset.result = JSON.stringify(result)
}

try {
  const { createEvm } = await import(`${origin}node_modules/parevm/dist/js/src/index.js`)
  const response = await fetch('block.json.gz')
  const fixture = new Uint8Array(await response.arrayBuffer())
  const options = JSON.parse(query.get('options') ?? '{}')
  report(await check(createEvm, { fixture, build: query.get('build'), options }))
} catch (error) {
  report({ error: `${error}\n${error.stack}\n${error.cause?.stack ?? error.cause ?? ''}` })
}
