import { EngineBugError } from '../error/engineError.js'
import { InvalidParameterError } from '../error/InvalidParameterError.js'
import type { NodeClient } from '../node/client.js'
import { check } from '../options/check.js'
import { OPTIONS } from '../options/options.js'
import type { RpcBlock } from '../rpc/block.js'
import type { ContractCalls } from '../rpc/contractCall.js'
import { type Overrides, stateOverridesOf } from '../rpc/override.js'
import { addressOf, type TransactionRequest } from '../rpc/transactionRequest.js'
import type { Hex } from '../type/wire.js'
import { type AssetChange, assetProbes, findAssets } from './assetChanges.js'
import { runBlocks, type simulateBlocks } from './simulateBlocks.js'

/**
 * Runs calls of one account, each on what the ones before have left, and tells what they change
 * of what the account owns; nothing changes. A call that fails does not end it: its result says so.
 *
 * @example
 * const { results, assetChanges } = await evm.simulateCalls({
 *   account,
 *   calls: [{ to: token, abi, functionName: 'transfer', args: [bob, 5n] }],
 *   traceAssetChanges: true,
 * })
 *
 * @param node - Client of the node.
 * @param parameters - {@link simulateCalls.Parameters}
 * @throws {@link ProviderRpcError} with the code of JSON-RPC.
 * @throws {@link InvalidParameterError} that names the field.
 */
export async function simulateCalls<const calls extends readonly unknown[]>(
  node: NodeClient,
  parameters: simulateCalls.Parameters<calls>,
): Promise<simulateCalls.ReturnType<calls>> {
  // What the calls are is known to who made them.
  return (await run(
    node,
    parameters as simulateCalls.Parameters,
  )) as simulateCalls.ReturnType<calls>
}

async function run(
  node: NodeClient,
  parameters: simulateCalls.Parameters,
): Promise<simulateCalls.ReturnType> {
  check(parameters, OPTIONS.simulateCalls)
  const { calls, blockOverrides, traceAssetChanges = false, ...others } = parameters
  const { account: _, stateOverride, stateOverrides, ...rest } = others
  const account = addressOf(parameters.account)
  if (traceAssetChanges && account === undefined)
    throw new InvalidParameterError('account', 'there with `traceAssetChanges`', account)
  const overrides = stateOverridesOf({ stateOverride, stateOverrides })
  for (const [index, call] of calls.entries())
    for (const field of ['account', 'from'] as const) {
      const own = addressOf(call[field])
      if (own !== undefined && own.toLowerCase() !== account?.toLowerCase())
        throw new InvalidParameterError(
          `calls[${index}].${field}`,
          `left out, or ${account ?? 'beside an `account`'}, whose calls all are`,
          own,
        )
    }
  const sent = calls.map((call) => ({ ...call, from: account }))
  const first = { calls: sent, stateOverrides: overrides, blockOverrides }
  const simulated = (parameters: simulateBlocks.Parameters) => runBlocks(node, parameters, () => '')
  if (account === undefined || !traceAssetChanges) {
    const [block] = await simulated({ ...rest, blocks: [first] })
    return resultOf(block, [])
  }
  // Between these nothing may move: all are on the block that is the latest one now.
  const at = await pinned(node, rest)
  const [discovered] = await simulated({ ...at, blocks: [first] })
  const logs = discovered?.calls.flatMap((call) => call.logs ?? []) ?? []
  const assets = findAssets(account, logs, sent)
  const probes = assetProbes(account, assets, overrides ?? [])
  const [before] = await simulated({
    ...at,
    validation: false,
    traceTransfers: false,
    blocks: [{ ...probes.balances, stateOverrides: [...probes.prober, ...(overrides ?? [])] }],
  })
  const blocks = [first, ...probes.after]
  const [block, ...after] = await simulated({ ...at, blocks })
  return resultOf(block, probes.changes(before?.calls ?? [], after))
}

export declare namespace simulateCalls {
  /** Its sender may be left out: it is that of all calls. */
  type Call = simulateBlocks.Call
  type Parameters<calls extends readonly unknown[] = readonly Call[]> = Omit<
    simulateBlocks.Parameters,
    'blocks' | 'returnFullTransactions'
  > &
    Overrides & {
      /** Who makes the calls. @default the zero address */
      account?: TransactionRequest['account']
      calls: calls & ContractCalls<calls> & readonly Call[]
      /** Whether to tell what `account` gains and loses. @default false */
      traceAssetChanges?: boolean | undefined
    }
  type ReturnType<calls extends readonly unknown[] = readonly Call[]> = {
    /** Ether first, then tokens; also those that did not change. */
    assetChanges: readonly AssetChange[]
    /** The block that the calls made. */
    block: RpcBlock
    /** What became of each call. */
    results: simulateBlocks.CallResults<calls>
  }
  type ErrorType = simulateBlocks.ErrorType
}

function resultOf(
  simulated: simulateBlocks.ReturnType[number] | undefined,
  assetChanges: readonly AssetChange[],
): simulateCalls.ReturnType {
  if (simulated === undefined)
    throw new EngineBugError({ code: 'BUG', message: 'the engine left out a block', data: {} })
  const { calls: results, ...block } = simulated
  return { assetChanges, block, results }
}

/** Puts the number of the latest block in place of a tag that moves. */
async function pinned<T extends Omit<simulateBlocks.Parameters, 'blocks'>>(
  node: NodeClient,
  parameters: T,
): Promise<T> {
  const { blockNumber, blockHash, blockTag = 'latest', signal } = parameters
  if (blockNumber !== undefined || blockHash !== undefined || blockTag !== 'latest')
    return parameters
  const number = await node.request<Hex>('eth_blockNumber', [], { signal })
  return { ...parameters, blockTag: undefined, blockNumber: BigInt(number) }
}
