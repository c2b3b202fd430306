import { BaseError } from '../../src/error/BaseError.js'
import { quote } from '../../src/error/cut.js'
import type { NodeClient } from '../../src/node/client.js'
import type { Bundle, BundleCall } from '../bundle.js'
import { readBundle } from '../input.js'
import { clean, messageOf } from '../terminal.js'
import { UsageError } from '../usage.js'

/**
 * Sends the calls of a file as transactions, in order, and mines them. The sender of a call without one is that of the
 * bundle, or else the first account.
 *
 * @param most - Largest size of the file in bytes.
 * @throws {@link UsageError} that names the call: it cannot be sent, or failed.
 */
export async function sendCalls(node: NodeClient, path: string, most: number): Promise<void> {
  const bundle = await readBundle(path, most)
  const calls = await checked(node, bundle, path)
  const from = bundle.from === undefined ? {} : { from: bundle.from }
  const hashes: string[] = []
  for (const [index, call] of calls.entries()) {
    try {
      hashes.push(await node.request('eth_sendTransaction', [{ ...from, ...call }]))
    } catch (error) {
      if (!(error instanceof BaseError)) throw error
      throw new UsageError(`${clean(path)}: calls[${index}]: ${messageOf(error)}`)
    }
  }
  for (const [index, hash] of hashes.entries()) {
    const status = await statusOf(node, hash)
    if (status !== '0x1')
      throw new UsageError(
        `${clean(path)}: calls[${index}]: ${status === undefined ? 'was not mined' : 'has failed'}`,
      )
  }
}

/** Returns the status of a transaction, mining it where it is pending; `undefined` where it cannot be mined. */
async function statusOf(node: NodeClient, hash: string): Promise<string | undefined> {
  const read = () => node.request<{ status: string } | null>('eth_getTransactionReceipt', [hash])
  let receipt = await read()
  if (receipt === null) {
    await node.request('evm_mine')
    receipt = await read()
  }
  return receipt?.status
}

/** Returns the calls of a bundle; throws where it is for another chain. */
async function checked(
  node: NodeClient,
  bundle: Bundle,
  path: string,
): Promise<readonly BundleCall[]> {
  const { calls, chainId } = bundle
  const id = await node.request<string>('eth_chainId')
  if (chainId !== undefined && String(chainId).toLowerCase() !== id)
    throw new UsageError(`${clean(path)}: chainId: must be ${id}, not ${quote(String(chainId))}`)
  return calls
}
