// Reports of a page to the driver of the browser.

/** Fetches the block from the page's own origin, where each environment puts it. */
export async function fetchBlock(path = '/block.json.gz') {
  const response = await fetch(path)
  if (!response.ok) throw new Error(`${path}: HTTP status ${response.status}`)
  return new Uint8Array(await response.arrayBuffer())
}

/** Shows the driver what `work` resolves with, or its error with code and hint. */
export async function report(work) {
  let result
  try {
    result = await work()
  } catch (error) {
    const { name, message, code, hint, stack } = Object(error)
    const cause = Object(error).cause
    result = { error: `${name}: ${message}`, code, hint, stack, cause: String(cause ?? '') }
  }
  document.documentElement.dataset.result = JSON.stringify(result)
}
