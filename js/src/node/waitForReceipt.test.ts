import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createNodeClient } from './client.js'

const HASH = `0x${'11'.repeat(32)}`
const late = JSON.stringify({ code: 4, message: 'late', data: HASH })
const answer = (result: string | null, error: string | null = null) => ({
  result,
  error,
  changed: true,
  interval: null,
  notifications: [],
})

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Client of a node that has a receipt after `receiptAfterMs`. */
function startNode(receiptAfterMs: number, reply = answer(null, late)) {
  const started = performance.now()
  const sent: string[] = []
  const node = createNodeClient({
    request: (async ({ method, params }: { method: string; params: string }) => {
      sent.push(method)
      if (method !== 'eth_getTransactionReceipt') return reply
      expect(JSON.parse(params)).toEqual([HASH])
      return answer(performance.now() - started >= receiptAfterMs ? '{"status":"0x1"}' : 'null')
    }) as never,
    isFree: false,
    requestNow: () => expect.fail('nothing is asked in this task'),
  })
  return { node, sent }
}

/** https://eips.ethereum.org/EIPS/eip-7966 */
test.each([
  ['eth_sendRawTransactionSync', ['0x02', 500]],
  ['eth_sendTransactionSync', [{}, '0x1f4']],
] as const)('%s waits for the block', async (method, params) => {
  const { node } = startNode(400)
  const receipt = node.request(method, params)
  await vi.advanceTimersByTimeAsync(500)
  expect(await receipt).toEqual({ status: '0x1' })
})

test.each([
  ['the timeout of the request', ['0x02', 300], 300],
  ['two seconds by default', ['0x02'], 2_000],
  ['two seconds for a timeout of zero', ['0x02', 0], 2_000],
] as const)('the error of the node is thrown after %s', async (_, params, ms) => {
  const { node } = startNode(10_000)
  let failed: unknown
  node.request('eth_sendRawTransactionSync', params).catch((error) => {
    failed = error
  })
  await vi.advanceTimersByTimeAsync(ms - 10)
  expect(failed).toBeUndefined()
  await vi.advanceTimersByTimeAsync(30)
  expect(failed).toMatchObject({ code: 4, data: HASH })
})

test('an answer with a receipt, another error or of another method is returned at once', async () => {
  const receipt = startNode(0, answer('{"status":"0x1"}'))
  await receipt.node.request('eth_sendRawTransactionSync', ['0x02'])
  expect(receipt.sent).toEqual(['eth_sendRawTransactionSync'])
  const gap = startNode(0, answer(null, JSON.stringify({ code: 5, message: 'gap', data: HASH })))
  await expect(gap.node.request('eth_sendRawTransactionSync', ['0x02'])).rejects.toMatchObject({
    code: 5,
  })
  const other = startNode(0)
  await expect(other.node.request('eth_call', [{}])).rejects.toMatchObject({ code: 4 })
  expect(other.sent).toEqual(['eth_call'])
})
