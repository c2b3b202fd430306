// Asks a server of JSON-RPC what the files of the suite `rpc` ask.

/** A request that takes longer than this, in milliseconds, fails. */
const limitMs = 30_000

/**
 * Resolves with the answers of the server at `url` to the requests of a file, in order. What the file
 * changes is taken back, so that the next one has the same chain.
 */
export async function answersOf(url, text) {
  const { result: snapshot } = await post(url, request('evm_snapshot', []))
  const answers = []
  try {
    for (const line of text.toString().split('\n')) {
      // As it stands in the file: without `params`, say.
      if (line.startsWith('>>')) answers.push(await post(url, line.slice(2).trim()))
    }
  } finally {
    if (snapshot !== undefined) await post(url, request('evm_revert', [snapshot]))
  }
  return answers
}

const request = (method, params) => JSON.stringify({ jsonrpc: '2.0', id: 0, method, params })

async function post(url, body) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    signal: AbortSignal.timeout(limitMs),
  })
  const response = await answer.json()
  const { id } = JSON.parse(body)
  if (response.jsonrpc !== '2.0' || response.id !== id)
    throw new Error(`the answer to request ${id} is ${JSON.stringify(response).slice(0, 200)}`)
  return response
}
