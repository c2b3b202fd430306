import type { NodeClient } from '../node/client.js'
import { check } from '../options/check.js'
import { OPTIONS } from '../options/options.js'
import { type BlockParameter, blockParameter } from '../rpc/blockParameter.js'
import {
  type ContractCalls,
  type ContractResult,
  type Encodable,
  type PreparedCall,
  preparedCall,
  ResultUndecodableError,
} from '../rpc/contractCall.js'
import { blockOverrides, type Overrides, stateOverride, stateOverridesOf } from '../rpc/override.js'
import { quantity } from '../rpc/quantity.js'
import { reportOf, type WireReport } from '../rpc/report.js'
import {
  addressOf,
  type TransactionRequest,
  transactionRequest,
} from '../rpc/transactionRequest.js'
import type { Report } from '../type/report.js'
import type { Hex } from '../type/wire.js'
import type { call } from './call.js'

/**
 * Simulates calls, each on the state after the previous one, and resolves with a report: changes of assets and
 * approvals of all accounts, checked against the tokens themselves, decoded reverts, traces, logs and state diff.
 * The node does not change. A failed call does not reject; the report has its failure.
 *
 * Take it to show a user what a transaction does before it is signed. Take `simulateCalls` for viem's result of the
 * same, and `simulateBlocks` for several blocks.
 *
 * Each call is executed once; independent calls are executed in parallel.
 *
 * @example
 * const report = await evm.simulate({
 *   calls: [{ from, to: token, data: approve }, { from, to: router, data: swap }],
 *   atomic: true,
 * })
 * report.assetChanges // [{ account, asset: { type: 'erc20', token }, before, after, change, agrees }]
 * report.approvalChanges
 * report.failure?.message
 *
 * @param node - Client of the node.
 * @param parameters - {@link simulate.Parameters}
 * @throws {@link ProviderRpcError} with the code of JSON-RPC.
 * @throws {@link InvalidParameterError} that names the field.
 */
export async function simulate<const calls extends readonly unknown[]>(
  node: NodeClient,
  parameters: simulate.Parameters<calls>,
): Promise<simulate.ReturnType<calls>> {
  check(parameters, OPTIONS.simulate)
  const { atomic, blockOverrides: block, signal } = parameters
  const calls = await Promise.all(
    (parameters.calls as readonly simulate.Call[]).map((call, index) =>
      preparedCall<simulate.Call>(call, `calls[${index}]`, index),
    ),
  )
  const from = addressOf(parameters.account)
  const abi = errorsOf([parameters, ...(parameters.calls as readonly simulate.Call[])])
  const bundle = {
    calls: calls.map(({ request }) => callRequest(request)),
    ...(atomic === undefined ? {} : { atomic }),
    ...(abi === undefined ? {} : { abi }),
    ...(from === undefined ? {} : { from }),
  }
  const state = stateOverridesOf(parameters)
  const params = [
    bundle,
    blockParameter(parameters),
    state === undefined ? null : stateOverride(state),
    block === undefined ? null : blockOverrides(block),
  ]
  const report = reportOf(await node.request<WireReport>('parevm_simulate', params, { signal }))
  const results = report.calls.map((call, index) => ({ ...call, ...resultOf(call, calls[index]) }))
  return { ...report, calls: results } as simulate.ReturnType<calls>
}

export declare namespace simulate {
  type Parameters<calls extends readonly unknown[] = readonly Call[]> = BlockParameter &
    Overrides & {
      /** Calls, in order. */
      calls: calls & ContractCalls<calls> & readonly Call[]
      /** Sender of calls that have none. @default the zero address */
      account?: TransactionRequest['account']
      /** Whether all calls are undone where one fails. @default false */
      atomic?: boolean | undefined
      /**
       * ABI whose errors decode reverts, in addition to the ABIs of the calls and to ERC-6093.
       */
      abi?: readonly unknown[] | undefined
      /** Rejects the simulation early with the signal's reason. */
      signal?: AbortSignal | undefined
    }
  /**
   * Unsigned transaction that may be incomplete, with `data` or with `abi`, `functionName` and `args`. Calls without
   * a gas price pay no fee. A nonce that is not the sender's, and more gas than a block allows, are in the
   * `warnings` of the call; another chain id is an error.
   */
  type Call = Omit<TransactionRequest, 'authorizationList'> &
    Encodable & {
      /** EIP-7702 authorizations: signed, or with the account that is going to sign. */
      authorizationList?:
        | readonly (TransactionRequest.Authorization | UnsignedAuthorization)[]
        | undefined
      /** Number of blobs whose hashes are unknown. */
      blobCount?: number | undefined
    }
  /** Unsigned EIP-7702 authorization. */
  type UnsignedAuthorization = {
    /** Account whose code is executed. */
    readonly address: Hex
    /** Account that is going to sign. */
    readonly authority: Hex
    /** @default the id of this chain */
    readonly chainId?: number | undefined
    /** @default the next nonce of `authority` */
    readonly nonce?: number | undefined
  }
  type ReturnType<calls extends readonly unknown[] = readonly Call[]> = Omit<Report, 'calls'> & {
    calls: {
      -readonly [position in keyof calls]: Report.Call & Result<ContractResult<calls[position]>>
    }
  }
  /** Return data decoded by the ABI of the call. */
  type Result<result = unknown> = {
    /** `null` without ABI or return data, where the call failed, and where its data does not decode. */
    result: result | null
    /** Error where `returnData` does not decode. */
    resultError?: ResultUndecodableError | undefined
  }
  type ErrorType = call.ErrorType
}

/** Returns the errors of all ABIs without duplicates; `undefined` without an ABI. */
function errorsOf(given: readonly { readonly abi?: unknown }[]): readonly unknown[] | undefined {
  const abis = given.flatMap(({ abi }) => (abi === undefined ? [] : [abi as { type?: string }[]]))
  if (abis.length === 0) return undefined
  const errors = abis.flat().filter(({ type }) => type === 'error')
  return [...new Map(errors.map((error) => [JSON.stringify(error), error])).values()]
}

function resultOf(
  { status, returnData }: Report.Call,
  call: PreparedCall<unknown> | undefined,
): simulate.Result {
  if (call === undefined || status === 'failure' || status === 'notRun') return { result: null }
  try {
    return { result: call.decode(returnData) }
  } catch (error) {
    if (error instanceof ResultUndecodableError) return { result: null, resultError: error }
    throw error
  }
}

function callRequest(call: Omit<simulate.Call, keyof Encodable>): Record<string, unknown> {
  const { authorizationList, blobCount, ...transaction } = call
  const signed = authorizationList?.filter(
    (one) => !('authority' in one),
  ) as TransactionRequest.Authorization[]
  const rpc = transactionRequest({ ...transaction, authorizationList: signed })
  if (blobCount !== undefined) rpc.blobCount = quantity(blobCount)
  if (authorizationList === undefined) return rpc
  const asSigned = (rpc.authorizationList as unknown[]).values()
  rpc.authorizationList = authorizationList.map((one) =>
    'authority' in one ? unsigned(one) : asSigned.next().value,
  )
  return rpc
}

function unsigned(one: simulate.UnsignedAuthorization): Record<string, unknown> {
  const { address, authority, chainId, nonce } = one
  return {
    address,
    authority,
    ...(chainId === undefined ? {} : { chainId: quantity(chainId) }),
    ...(nonce === undefined ? {} : { nonce: quantity(nonce) }),
  }
}
