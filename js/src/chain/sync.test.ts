import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createChain } from './chain.js'

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

/** A chain whose node has a receipt after so many milliseconds. */
function chainWith(receiptAfterMs: number, sent = answer(null, late)) {
  const begun = performance.now()
  const asked: string[] = []
  const chain = createChain({
    request: (async ({ method, params }: { method: string; params: string }) => {
      asked.push(method)
      if (method !== 'eth_getTransactionReceipt') return sent
      expect(JSON.parse(params)).toEqual([HASH])
      return answer(performance.now() - begun >= receiptAfterMs ? '{"status":"0x1"}' : 'null')
    }) as never,
  })
  return { chain, asked }
}

/** https://eips.ethereum.org/EIPS/eip-7966 */
test.each([
  ['eth_sendRawTransactionSync', ['0x02', 500]],
  ['eth_sendTransactionSync', [{}, '0x1f4']],
] as const)('%s waits for the block', async (method, params) => {
  const { chain } = chainWith(400)
  const receipt = chain.request(method, params)
  await vi.advanceTimersByTimeAsync(500)
  expect(await receipt).toEqual({ status: '0x1' })
})

test.each([
  ['what the request says', ['0x02', 300], 300],
  ['two seconds where it says nothing', ['0x02'], 2_000],
  ['two seconds for none', ['0x02', 0], 2_000],
] as const)('no receipt comes within %s', async (_, params, ms) => {
  const { chain } = chainWith(10_000)
  let failed: unknown
  chain.request('eth_sendRawTransactionSync', params).catch((error) => {
    failed = error
  })
  await vi.advanceTimersByTimeAsync(ms - 10)
  expect(failed).toBeUndefined()
  await vi.advanceTimersByTimeAsync(30)
  expect(failed).toMatchObject({ code: 4, data: HASH })
})

test('nothing is waited for where there is a receipt, another error or another method', async () => {
  const receipt = chainWith(0, answer('{"status":"0x1"}'))
  await receipt.chain.request('eth_sendRawTransactionSync', ['0x02'])
  expect(receipt.asked).toEqual(['eth_sendRawTransactionSync'])
  const gap = chainWith(0, answer(null, JSON.stringify({ code: 5, message: 'gap', data: HASH })))
  await expect(gap.chain.request('eth_sendRawTransactionSync', ['0x02'])).rejects.toMatchObject({
    code: 5,
  })
  const other = chainWith(0)
  await expect(other.chain.request('eth_call', [{}])).rejects.toMatchObject({ code: 4 })
  expect(other.asked).toEqual(['eth_call'])
})
