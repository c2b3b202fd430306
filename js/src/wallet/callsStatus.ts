import type { NodeClient } from '../node/client.js'
import type { Hex } from '../type/wire.js'
import type { Calls } from './calls.js'

/**
 * Returns the status of a bundle for `wallet_getCallsStatus` (EIP-5792): 100 pending, 200 all calls succeeded, 400 none
 * was mined or will be, 500 all mined calls failed, 600 partial failure.
 */
export async function callsStatus(
  node: Pick<NodeClient, 'request'>,
  { id, chainId, count, hashes }: Calls.Bundle,
): Promise<callsStatus.ReturnType> {
  const outcomes = await Promise.all(hashes.map((hash) => outcomeOf(node, hash)))
  const receipts = outcomes.filter((outcome) => typeof outcome === 'object')
  return {
    version: '2.0.0',
    id,
    chainId,
    status: outcomes.includes('pending') ? 100 : codeOf(receipts, count),
    atomic: false,
    receipts,
  }
}

export declare namespace callsStatus {
  type ReturnType = {
    readonly version: '2.0.0'
    readonly id: string
    readonly chainId: Hex
    readonly status: 100 | 200 | 400 | 500 | 600
    readonly atomic: false
    readonly receipts: readonly Receipt[]
  }
  type Receipt = {
    readonly logs: readonly { address: Hex; data: Hex; topics: readonly Hex[] }[]
    readonly status: Hex
    readonly blockHash: Hex
    readonly blockNumber: Hex
    readonly gasUsed: Hex
    readonly transactionHash: Hex
  }
}

/** Returns the receipt of a transaction, or its state without one. */
async function outcomeOf(
  node: Pick<NodeClient, 'request'>,
  hash: Hex,
): Promise<callsStatus.Receipt | 'pending' | 'dropped'> {
  const receipt = await node.request<callsStatus.Receipt | null>('eth_getTransactionReceipt', [
    hash,
  ])
  if (receipt === null) {
    const transaction = await node.request<object | null>('eth_getTransactionByHash', [hash])
    return transaction === null ? 'dropped' : 'pending'
  }
  const { status, blockHash, blockNumber, gasUsed, transactionHash } = receipt
  const logs = receipt.logs.map(({ address, data, topics }) => ({ address, data, topics }))
  return { logs, status, blockHash, blockNumber, gasUsed, transactionHash }
}

function codeOf(receipts: readonly callsStatus.Receipt[], count: number): 200 | 400 | 500 | 600 {
  const failed = receipts.filter(({ status }) => status === '0x0').length
  if (receipts.length === 0) return 400
  if (failed === receipts.length) return 500
  return failed === 0 && receipts.length === count ? 200 : 600
}
