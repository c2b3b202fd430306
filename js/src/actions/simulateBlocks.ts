import type { NodeClient } from '../node/client.js'
import { check } from '../options/check.js'
import { OPTIONS } from '../options/options.js'
import { type ProviderRpcError, rpcError } from '../provider/rpcError.js'
import { type BlobRequest, withBlobHashes } from '../rpc/blobHashes.js'
import { blockOf, type RpcBlock, type WireBlock } from '../rpc/block.js'
import { type BlockParameter, blockParameter } from '../rpc/blockParameter.js'
import {
  type ContractCalls,
  type ContractResult,
  type Encodable,
  type PreparedCall,
  preparedCall,
  ResultUndecodableError,
} from '../rpc/contractCall.js'
import { logOf, type RpcLog, type WireLog } from '../rpc/log.js'
import { blockOverrides, type Overrides, stateOverride, stateOverridesOf } from '../rpc/override.js'
import { type TransactionRequest, transactionRequest } from '../rpc/transactionRequest.js'
import type { Hex } from '../type/wire.js'
import type { call } from './call.js'

/**
 * Simulates blocks on top of the chain (`eth_simulateV1`, viem's `simulateBlocks`) and resolves with the blocks and
 * the results of their calls. The node does not change. A failed call does not reject; its result has the error.
 *
 * Take it for calls in several blocks, or with state and header overrides per block. Take `simulateCalls` for the
 * calls of one account, and `simulate` for a report on what calls change.
 *
 * @example
 * const [block] = await evm.simulateBlocks({ blocks: [{ calls: [{ account, to, value: 1n }] }] })
 * const calls = [{ to: token, abi, functionName: 'balanceOf', args: [account] }] as const
 * await evm.simulateBlocks({ blocks: [{ calls }] }) // result: 5n
 *
 * @param node - Client of the node.
 * @param parameters - {@link simulateBlocks.Parameters}
 * @throws {@link ProviderRpcError} with the code of JSON-RPC.
 * @throws {@link InvalidParameterError} that names the field.
 */
export async function simulateBlocks<const calls extends readonly unknown[]>(
  node: NodeClient,
  parameters: simulateBlocks.Parameters<calls>,
): Promise<simulateBlocks.ReturnType<calls>> {
  check(parameters, OPTIONS.simulateBlocks)
  const blocks = await runBlocks(
    node,
    parameters as simulateBlocks.Parameters,
    (index) => `blocks[${index}].`,
  )
  return blocks as simulateBlocks.ReturnType<calls>
}

/**
 * Simulates blocks whose parameters are checked.
 *
 * @param within - Returns the path of the block at an index, as a prefix of its keys in errors.
 */
export async function runBlocks(
  node: NodeClient,
  parameters: simulateBlocks.Parameters,
  within: (index: number) => string,
): Promise<simulateBlocks.ReturnType> {
  const { blocks, returnFullTransactions, traceTransfers, validation, signal } = parameters
  const prepared = await Promise.all(
    blocks.map((block, index) => preparedBlock(block, within(index))),
  )
  const blockStateCalls = prepared.map(({ wire }) => wire)
  const options = { blockStateCalls, returnFullTransactions, traceTransfers, validation }
  const simulated = await node.request<WireSimulatedBlock[]>(
    'eth_simulateV1',
    [options, blockParameter(parameters)],
    { signal },
  )
  // The node inserts empty blocks where numbers have gaps: they are not in the request, and have no calls.
  const requested = prepared.filter(({ calls }) => calls.length > 0).values()
  return simulated.map(({ calls, ...block }) => {
    const requests = calls.length > 0 ? (requested.next().value?.calls ?? []) : []
    const results = calls.map((call, position) => resultOf(call, requests[position]))
    return { ...blockOf(block), calls: results }
  })
}

async function preparedBlock(block: simulateBlocks.Block, within: string) {
  const { calls, blockOverrides: header } = block
  const state = stateOverridesOf(block, within.replace(/\.$/, ''))
  const prepared = await Promise.all(
    calls.map(async (call, position) => {
      const path = `${within}calls[${position}]`
      return preparedCall(await withBlobHashes(call, path), path, position)
    }),
  )
  const wire = {
    calls: prepared.map(({ request }) => transactionRequest(request)),
    ...(state === undefined ? {} : { stateOverrides: stateOverride(state) }),
    ...(header === undefined ? {} : { blockOverrides: blockOverrides(header) }),
  }
  return { wire, calls: prepared }
}

export declare namespace simulateBlocks {
  type Parameters<calls extends readonly unknown[] = readonly Call[]> = BlockParameter & {
    /** At most 256 blocks, in order. */
    blocks: readonly Block<calls>[]
    /** Whether blocks hold full transactions in place of hashes. @default false */
    returnFullTransactions?: boolean | undefined
    /** Whether ETH transfers appear as ERC-20 logs of the address 0xeeee...eeee. @default false */
    traceTransfers?: boolean | undefined
    /** Whether nonces, balances and fees are validated as in a real block. @default false */
    validation?: boolean | undefined
    /** Rejects the call early with the signal's reason. */
    signal?: AbortSignal | undefined
  }
  type Block<calls extends readonly unknown[] = readonly Call[]> = {
    calls: calls & ContractCalls<calls> & readonly Call[]
  } & Overrides
  /** Transaction, with `data` or with `abi`, `functionName` and `args`. */
  type Call = TransactionRequest & BlobRequest & Encodable
  type ReturnType<calls extends readonly unknown[] = readonly Call[]> = (RpcBlock & {
    calls: CallResults<calls>
  })[]
  type CallResults<calls extends readonly unknown[]> = {
    -readonly [position in keyof calls]: CallResult<ContractResult<calls[position]>>
  }
  /** Result of a call. */
  type CallResult<result = unknown> = {
    /** Return data or revert data. */
    data: Hex
    /** Gas used, in gas units. */
    gasUsed: bigint
    /** Peak gas before refunds, in gas units. */
    maxUsedGas?: bigint | undefined
    logs?: RpcLog[] | undefined
  } & (
    | {
        status: 'success'
        /** Return data decoded by the ABI; `null` without ABI or data. */
        result: result
        error?: undefined
      }
    | {
        status: 'failure'
        /** Failure of the call, or of decoding its return data. */
        error: ProviderRpcError | ResultUndecodableError
        result?: undefined
      }
  )
  type ErrorType = call.ErrorType
}

type WireSimulatedBlock = WireBlock & { readonly calls: readonly WireCallResult[] }

type WireCallResult = {
  readonly status: Hex
  readonly returnData: Hex
  readonly gasUsed: Hex
  readonly maxUsedGas?: Hex
  readonly logs?: readonly WireLog[]
  readonly error?: ProviderRpcError.Wire
}

function resultOf(
  wire: WireCallResult,
  call: PreparedCall<unknown> | undefined,
): simulateBlocks.CallResult {
  const { error, maxUsedGas } = wire
  const data = typeof error?.data === 'string' ? (error.data as Hex) : wire.returnData
  const common = {
    data,
    gasUsed: BigInt(wire.gasUsed),
    ...(maxUsedGas === undefined ? {} : { maxUsedGas: BigInt(maxUsedGas) }),
    logs: wire.logs?.map(logOf),
  }
  if (wire.status !== '0x1') {
    const failure = rpcError(error ?? { code: -32603, message: 'the call failed' })
    return { ...common, status: 'failure', error: call?.explain(failure) ?? failure }
  }
  try {
    return { ...common, status: 'success', result: call?.decode(data) ?? null }
  } catch (error) {
    if (error instanceof ResultUndecodableError) return { ...common, status: 'failure', error }
    throw error
  }
}
