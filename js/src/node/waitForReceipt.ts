import type { NodeAnswer } from '../type/wire.js'

/**
 * Waits for the receipt of a transaction that was sent and is in no block yet (EIP-7966). The node has no clock, so it
 * answers with its timeout error at once.
 *
 * @param answer - Answer of the node.
 * @param params - Parameters of the request, in JSON; the second is the timeout in milliseconds.
 * @param receiptOf - Requests the receipt of a transaction; its result is `null` in JSON where there is none.
 * @returns The receipt, or `answer` where there was no receipt in time.
 */
export async function waitForReceipt(
  answer: NodeAnswer,
  params: string,
  receiptOf: (hash: string) => Promise<NodeAnswer>,
): Promise<NodeAnswer> {
  const error = answer.error === null ? undefined : JSON.parse(answer.error)
  if (error?.code !== TIMEOUT) return answer
  const end = performance.now() + timeoutMs(params)
  for (;;) {
    const left = end - performance.now()
    if (left <= 0) return answer
    await new Promise((resolve) => setTimeout(resolve, Math.min(left, POLL_MS)))
    const receipt = await receiptOf(error.data)
    if (receipt.error !== null || receipt.result !== 'null') return receipt
  }
}

/** Methods that wait for a receipt (EIP-7966). */
export const SYNC_METHODS: ReadonlySet<string> = new Set([
  'eth_sendRawTransactionSync',
  'eth_sendTransactionSync',
])

/** Code of EIP-7966: the transaction was in no block in time. */
const TIMEOUT = 4
/** Milliseconds between two requests for the receipt. */
const POLL_MS = 20
/** Timeouts in milliseconds, equal to those of the node. */
const WAIT = { default: 2_000, most: 300_000 }

/** Returns the timeout of a request whose parameters the node has checked. */
function timeoutMs(params: string): number {
  const [, given] = JSON.parse(params) as [unknown, (number | string | null)?]
  return Math.min(Number(given ?? 0) || WAIT.default, WAIT.most)
}
