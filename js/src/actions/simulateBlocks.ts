import type { Chain } from '../chain/chain.js'
import { InvalidParameterError } from '../error/InvalidParameterError.js'
import { type ProviderRpcError, rpcError } from '../provider/rpcError.js'
import { type BlobRequest, withBlobHashes } from '../rpc/blobHashes.js'
import { blockOf, type RpcBlock, type WireBlock } from '../rpc/block.js'
import { type BlockParameter, blockParameter } from '../rpc/blockParameter.js'
import {
  type ContractCalls,
  type ContractResult,
  decoded,
  type Encodable,
  encoded,
  explained,
} from '../rpc/contractCall.js'
import { logOf, type RpcLog, type WireLog } from '../rpc/log.js'
import {
  type BlockOverrides,
  blockOverrides,
  type StateOverride,
  stateOverride,
} from '../rpc/override.js'
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
 * @param chain - The node to ask.
 * @param parameters - {@link simulateBlocks.Parameters}
 * @throws {@link ProviderRpcError} with the code of JSON-RPC.
 * @throws {@link InvalidParameterError} that names the field.
 */
export async function simulateBlocks<const calls extends readonly unknown[]>(
  chain: Chain,
  parameters: simulateBlocks.Parameters<calls>,
): Promise<simulateBlocks.ReturnType<calls>> {
  const { returnFullTransactions, traceTransfers, validation, signal } = parameters
  const blocks = parameters.blocks as readonly simulateBlocks.Block[]
  if (!Array.isArray(blocks)) throw new InvalidParameterError('blocks', 'a list', blocks)
  const block = async (block: simulateBlocks.Block, index: number) => {
    const at = `blocks[${index}]`
    const { calls, stateOverrides: state, blockOverrides: header } = block
    if (!Array.isArray(calls)) throw new InvalidParameterError(`${at}.calls`, 'a list', calls)
    const request = async (call: simulateBlocks.Call, position: number) => {
      const path = `${at}.calls[${position}]`
      return transactionRequest(await encoded(await withBlobHashes(call, path), path), path)
    }
    return {
      calls: await Promise.all(calls.map(request)),
      ...(state === undefined ? {} : { stateOverrides: stateOverride(state, at) }),
      ...(header === undefined ? {} : { blockOverrides: blockOverrides(header, at) }),
    }
  }
  const blockStateCalls = await Promise.all(blocks.map(block))
  const options = { blockStateCalls, returnFullTransactions, traceTransfers, validation }
  const wire = await chain.request<WireSimulatedBlock[]>(
    'eth_simulateV1',
    [options, blockParameter(parameters)],
    { signal },
  )
  // Blocks that fill gaps between numbers were not asked for, and have no calls.
  const asked = blocks.filter(({ calls }) => calls.length > 0).values()
  const results = wire.map(async ({ calls, ...block }) => {
    const requests = calls.length > 0 ? (asked.next().value?.calls ?? []) : []
    const told = calls.map((call, position) => resultOf(call, requests[position] ?? {}))
    return { ...blockOf(block), calls: await Promise.all(told) }
  })
  return (await Promise.all(results)) as simulateBlocks.ReturnType<calls>
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
    /** Ends the call early. */
    signal?: AbortSignal | undefined
  }
  type Block<calls extends readonly unknown[] = readonly Call[]> = {
    calls: calls & ContractCalls<calls> & readonly Call[]
    stateOverrides?: StateOverride | undefined
    blockOverrides?: BlockOverrides | undefined
  }
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
    | { status: 'failure'; error: ProviderRpcError; result?: undefined }
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

async function resultOf(
  wire: WireCallResult,
  asked: Encodable,
): Promise<simulateBlocks.CallResult> {
  const { error, maxUsedGas } = wire
  const data = typeof error?.data === 'string' ? (error.data as Hex) : wire.returnData
  const told = {
    data,
    gasUsed: BigInt(wire.gasUsed),
    ...(maxUsedGas === undefined ? {} : { maxUsedGas: BigInt(maxUsedGas) }),
    logs: wire.logs?.map(logOf),
  }
  if (wire.status === '0x1')
    return { ...told, status: 'success', result: await decoded(asked, data) }
  const failure = rpcError(error ?? { code: -32603, message: 'the call failed' })
  return { ...told, status: 'failure', error: await explained(asked, failure) }
}
