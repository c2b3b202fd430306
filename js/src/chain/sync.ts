import type { NodeAnswer } from '../type/wire.js'

/**
 * Waits for the receipt of a transaction that was sent and is in no block yet (EIP-7966): the node has no clock, so it
 * answers at once that the time was over.
 *
 * @param sent - What the node has answered.
 * @param params - Those of the request, in JSON; the second is the most milliseconds to wait.
 * @param receiptOf - Asks for the receipt of a transaction; the result is `null` in JSON where there is none.
 * @returns The receipt, or what the node has answered where none came in time.
 */
export async function waitForReceipt(
  sent: NodeAnswer,
  params: string,
  receiptOf: (hash: string) => Promise<NodeAnswer>,
): Promise<NodeAnswer> {
  const error = sent.error === null ? undefined : JSON.parse(sent.error)
  if (error?.code !== TIMEOUT) return sent
  const end = performance.now() + timeoutMs(params)
  for (;;) {
    const left = end - performance.now()
    if (left <= 0) return sent
    await new Promise((resolve) => setTimeout(resolve, Math.min(left, POLL_MS)))
    const receipt = await receiptOf(error.data)
    if (receipt.error !== null || receipt.result !== 'null') return receipt
  }
}

/** Methods that wait for a receipt. */
export const SYNC_METHODS: ReadonlySet<string> = new Set([
  'eth_sendRawTransactionSync',
  'eth_sendTransactionSync',
])

/** The code of EIP-7966 for a transaction that was in no block in time. */
const TIMEOUT = 4
/** Milliseconds between two questions. */
const POLL_MS = 20
/** Milliseconds to wait where the request does not say, and at most, as the node has them. */
const WAIT = { default: 2_000, most: 300_000 }

/** The node has checked the parameters. */
function timeoutMs(params: string): number {
  const [, given] = JSON.parse(params) as [unknown, (number | string | null)?]
  return Math.min(Number(given ?? 0) || WAIT.default, WAIT.most)
}
