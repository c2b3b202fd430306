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
 * Runs calls in blocks that follow on the chain, each on what the ones before have left
 * (`eth_simulateV1`); nothing changes. A call that fails does not end it: its result says so.
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
 * Runs blocks that have been checked.
 *
 * @param within - What the caller knows the block at an index as, in front of its keys.
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
  // Blocks that fill gaps between numbers were not asked for, and have no calls.
  const asked = prepared.filter(({ calls }) => calls.length > 0).values()
  return simulated.map(({ calls, ...block }) => {
    const requests = calls.length > 0 ? (asked.next().value?.calls ?? []) : []
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
    /** At most 256. */
    blocks: readonly Block<calls>[]
    /** Whether blocks hold whole transactions. @default false */
    returnFullTransactions?: boolean | undefined
    /** Whether payments of ether are told as logs of a token at 0xeeee...eeee. @default false */
    traceTransfers?: boolean | undefined
    /** Whether nonces, balances and fees must be those of a real block. @default false */
    validation?: boolean | undefined
    /** Ends the call early. Nothing is changed by it, whenever that is. */
    signal?: AbortSignal | undefined
  }
  type Block<calls extends readonly unknown[] = readonly Call[]> = {
    calls: calls & ContractCalls<calls> & readonly Call[]
  } & Overrides
  /** A transaction, with `data` or with `abi`, `functionName` and `args`. */
  type Call = TransactionRequest & BlobRequest & Encodable
  type ReturnType<calls extends readonly unknown[] = readonly Call[]> = (RpcBlock & {
    calls: CallResults<calls>
  })[]
  type CallResults<calls extends readonly unknown[]> = {
    -readonly [position in keyof calls]: CallResult<ContractResult<calls[position]>>
  }
  /** What became of a call. */
  type CallResult<result = unknown> = {
    /** What it returned, or reverted with. */
    data: Hex
    /** Gas units. */
    gasUsed: bigint
    /** Gas units before refunds. */
    maxUsedGas?: bigint | undefined
    logs?: RpcLog[] | undefined
  } & (
    | {
        status: 'success'
        /** What the function returns, by its ABI; `null` where there is none, or no data. */
        result: result
        error?: undefined
      }
    | {
        status: 'failure'
        /** Why it failed, or why what it returned cannot be read. */
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
  const told = {
    data,
    gasUsed: BigInt(wire.gasUsed),
    ...(maxUsedGas === undefined ? {} : { maxUsedGas: BigInt(maxUsedGas) }),
    logs: wire.logs?.map(logOf),
  }
  if (wire.status !== '0x1') {
    const failure = rpcError(error ?? { code: -32603, message: 'the call failed' })
    return { ...told, status: 'failure', error: call?.explain(failure) ?? failure }
  }
  try {
    return { ...told, status: 'success', result: call?.decode(data) ?? null }
  } catch (error) {
    if (error instanceof ResultUndecodableError) return { ...told, status: 'failure', error }
    throw error
  }
}
