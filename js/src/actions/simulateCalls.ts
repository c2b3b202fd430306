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
import { assetProbes, findAssets } from './assetChanges.js'
import { runBlocks, type simulateBlocks } from './simulateBlocks.js'

/**
 * Simulates calls of one account in one block (viem's `simulateCalls`) and resolves with their results and, on
 * request, the asset changes of the account. The node does not change. A failed call does not reject; its result
 * has the error.
 *
 * Take it where code expects viem's result. Take `simulate` for the changes of all accounts, of approvals and of
 * NFTs by token id, and `simulateBlocks` for several blocks.
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
  // The types of the calls are known to the caller only.
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
    throw new InvalidParameterError('account', 'given with `traceAssetChanges`', account)
  const overrides = stateOverridesOf({ stateOverride, stateOverrides })
  for (const [index, call] of calls.entries())
    for (const field of ['account', 'from'] as const) {
      const sender = addressOf(call[field])
      if (sender !== undefined && sender.toLowerCase() !== account?.toLowerCase())
        throw new InvalidParameterError(
          `calls[${index}].${field}`,
          `left out, or ${account ?? 'beside an `account`'}, whose calls all are`,
          sender,
        )
    }
  const own = calls.map((call) => ({ ...call, from: account }))
  const first = { calls: own, stateOverrides: overrides, blockOverrides }
  const simulated = (parameters: simulateBlocks.Parameters) => runBlocks(node, parameters, () => '')
  if (account === undefined || !traceAssetChanges) {
    const [block] = await simulated({ ...rest, blocks: [first] })
    return resultOf(block, [])
  }
  // All simulations are on one block, also where a new one is mined meanwhile.
  const at = await pinned(node, rest)
  const [discovered] = await simulated({ ...at, blocks: [first] })
  const logs = discovered?.calls.flatMap((call) => call.logs ?? []) ?? []
  const assets = findAssets(account, logs, own)
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
  /** Call whose sender may be left out: it is the `account` of all calls. */
  type Call = simulateBlocks.Call
  type Parameters<calls extends readonly unknown[] = readonly Call[]> = Omit<
    simulateBlocks.Parameters,
    'blocks' | 'returnFullTransactions'
  > &
    Overrides & {
      /** Sender of the calls. @default the zero address */
      account?: TransactionRequest['account']
      calls: calls & ContractCalls<calls> & readonly Call[]
      /** Whether the result holds the asset changes of `account`. @default false */
      traceAssetChanges?: boolean | undefined
    }
  type ReturnType<calls extends readonly unknown[] = readonly Call[]> = {
    /** Asset changes of `account`: ETH first, then the tokens that the calls touch, unchanged ones included. */
    assetChanges: readonly AssetChange[]
    /** Block of the calls. */
    block: RpcBlock
    /** Results of the calls, in order. */
    results: simulateBlocks.CallResults<calls>
  }
  /** Balance of an asset before and after the calls, in the smallest unit; in viem's shape. */
  type AssetChange = {
    token: {
      /** 0xeeee...eeee is ETH. */
      address: Hex
      decimals?: number | undefined
      symbol?: string | undefined
    }
    value: { pre: bigint; post: bigint; diff: bigint }
  }
  type ErrorType = simulateBlocks.ErrorType
}

function resultOf(
  simulated: simulateBlocks.ReturnType[number] | undefined,
  assetChanges: readonly simulateCalls.AssetChange[],
): simulateCalls.ReturnType {
  if (simulated === undefined)
    throw new EngineBugError({
      code: 'BUG',
      message: 'invariant broken: a simulated block is missing',
      data: {},
    })
  const { calls: results, ...block } = simulated
  return { assetChanges, block, results }
}

/** Replaces the tag `latest` by the number of the latest block. */
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
