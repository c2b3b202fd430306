import type { NodeClient } from '../node/client.js'
import type { Hex } from '../type/wire.js'
import type { Calls } from './calls.js'

/**
 * Returns the status of a bundle, as `wallet_getCallsStatus` answers (EIP-5792): 100 while a transaction
 * waits, 200 where all calls succeeded, 400 where none was mined nor will be, 500 where all that were mined
 * have failed, else 600.
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

/** Returns the receipt of a transaction, or what has become of it without one. */
async function outcomeOf(
  node: Pick<NodeClient, 'request'>,
  hash: Hex,
): Promise<callsStatus.Receipt | 'pending' | 'dropped'> {
  const receipt = await node.request<callsStatus.Receipt | null>('eth_getTransactionReceipt', [
    hash,
  ])
  if (receipt === null) {
    const waits = await node.request<object | null>('eth_getTransactionByHash', [hash])
    return waits === null ? 'dropped' : 'pending'
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
