import type { Chain } from '../chain/chain.js'
import { InvalidParameterError } from '../error/InvalidParameterError.js'
import { type ProviderRpcError, rpcError } from '../provider/rpcError.js'
import { blockOf, type RpcBlock, type WireBlock } from '../rpc/block.js'
import { type BlockParameter, blockParameter } from '../rpc/blockParameter.js'
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
 *
 * @param chain - The node to ask.
 * @param parameters - {@link simulateBlocks.Parameters}
 * @throws {@link ProviderRpcError} with the code of JSON-RPC.
 * @throws {@link InvalidParameterError} that names the field.
 */
export async function simulateBlocks(
  chain: Chain,
  parameters: simulateBlocks.Parameters,
): Promise<simulateBlocks.ReturnType> {
  const { blocks, returnFullTransactions, traceTransfers, validation, signal } = parameters
  if (!Array.isArray(blocks)) throw new InvalidParameterError('blocks', 'a list', blocks)
  const blockStateCalls = blocks.map((block: simulateBlocks.Block, index) => {
    const at = `blocks[${index}]`
    const { calls, stateOverrides: state, blockOverrides: header } = block
    if (!Array.isArray(calls)) throw new InvalidParameterError(`${at}.calls`, 'a list', calls)
    return {
      calls: calls.map((one, position) => transactionRequest(one, `${at}.calls[${position}]`)),
      ...(state === undefined ? {} : { stateOverrides: stateOverride(state, at) }),
      ...(header === undefined ? {} : { blockOverrides: blockOverrides(header, at) }),
    }
  })
  const options = { blockStateCalls, returnFullTransactions, traceTransfers, validation }
  const wire = await chain.request<WireSimulatedBlock[]>(
    'eth_simulateV1',
    [options, blockParameter(parameters)],
    { signal },
  )
  return wire.map(({ calls, ...block }) => ({ ...blockOf(block), calls: calls.map(resultOf) }))
}

export declare namespace simulateBlocks {
  type Parameters = BlockParameter & {
    /** At most 256. */
    blocks: readonly Block[]
    /** Whether blocks hold whole transactions. @default false */
    returnFullTransactions?: boolean | undefined
    /** Whether payments of ether are told as logs of a token at 0xeeee...eeee. @default false */
    traceTransfers?: boolean | undefined
    /** Whether nonces, balances and fees must be those of a real block. @default false */
    validation?: boolean | undefined
    /** Ends the call early. */
    signal?: AbortSignal | undefined
  }
  type Block = {
    calls: readonly TransactionRequest[]
    stateOverrides?: StateOverride | undefined
    blockOverrides?: BlockOverrides | undefined
  }
  type ReturnType = (RpcBlock & { calls: CallResult[] })[]
  /** What became of a call. */
  type CallResult = {
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
        /** `null`: viem has the decoded value here. */
        result: unknown
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

function resultOf(wire: WireCallResult): simulateBlocks.CallResult {
  const { error, maxUsedGas } = wire
  const data = typeof error?.data === 'string' ? (error.data as Hex) : wire.returnData
  const told = {
    data,
    gasUsed: BigInt(wire.gasUsed),
    ...(maxUsedGas === undefined ? {} : { maxUsedGas: BigInt(maxUsedGas) }),
    logs: wire.logs?.map(logOf),
  }
  if (wire.status === '0x1') return { ...told, status: 'success', result: null }
  const failure = rpcError(error ?? { code: -32603, message: 'the call failed' })
  return { ...told, status: 'failure', error: failure }
}
