import type { Envelope, NoEnvelope } from './envelope.js'

/** Answers one request of a batch; `undefined` for a notification. */
type Answer = (request: Envelope | NoEnvelope) => Promise<string | undefined>

export declare namespace runBatch {
  type Parameters = {
    requests: readonly (Envelope | NoEnvelope)[]
    /** Executes a request. */
    execute: Answer
    /** Refuses a request without executing it. */
    refuse: (request: Envelope | NoEnvelope) => string | undefined
    /** Most concurrent reads. */
    ahead: number
    /** Most characters of all answers: requests after the answer that exceeds it are refused. */
    most: number
  }
}

/**
 * Executes the requests of a batch in order and returns their answers. Consecutive reads are concurrent; any other request
 * waits for those before it, so no change of the chain is both executed and refused.
 */
export async function runBatch(parameters: runBatch.Parameters): Promise<string[]> {
  const { requests, execute, refuse, ahead, most } = parameters
  const answers: string[] = []
  let length = 0
  let at = 0
  const isFull = () => length > most
  const add = (answer: string | undefined) => {
    if (answer === undefined) return
    answers.push(answer)
    length += answer.length
  }
  while (at < requests.length && !isFull()) {
    const group = requests.slice(at, at + sizeOfGroup(requests, at, ahead))
    at += group.length
    const done = await Promise.all(group.map(execute))
    for (const [index, answer] of done.entries()) {
      const request = group[index]
      if (request !== undefined) add(isFull() ? refuse(request) : answer)
    }
  }
  for (const request of requests.slice(at)) add(refuse(request))
  return answers
}

/** Returns the number of concurrent requests from `start` on: consecutive reads, or one. */
function sizeOfGroup(
  requests: readonly (Envelope | NoEnvelope)[],
  start: number,
  ahead: number,
): number {
  let size = 0
  while (size < ahead && isRead(requests[start + size])) size += 1
  return Math.max(size, 1)
}

function isRead(request: Envelope | NoEnvelope | undefined): boolean {
  return request?.method !== undefined && READS.has(request.method)
}

/** Methods that do not change the node. */
const READS: ReadonlySet<string> = new Set([
  'eth_accounts',
  'eth_baseFee',
  'eth_blobBaseFee',
  'eth_blockNumber',
  'eth_call',
  'eth_chainId',
  'eth_createAccessList',
  'eth_estimateGas',
  'eth_feeHistory',
  'eth_gasPrice',
  'eth_getBalance',
  'eth_getBlockByHash',
  'eth_getBlockByNumber',
  'eth_getBlockReceipts',
  'eth_getCode',
  'eth_getLogs',
  'eth_getProof',
  'eth_getStorageAt',
  'eth_getTransactionByHash',
  'eth_getTransactionCount',
  'eth_getTransactionReceipt',
  'eth_maxPriorityFeePerGas',
  'net_version',
  'web3_clientVersion',
])
