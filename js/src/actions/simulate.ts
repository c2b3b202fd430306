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
import { type CallReport, type Report, reportOf, type WireReport } from '../rpc/report.js'
import {
  type Authorization,
  addressOf,
  type TransactionRequest,
  transactionRequest,
} from '../rpc/transactionRequest.js'
import type { Hex } from '../type/wire.js'
import type { call } from './call.js'

/**
 * Tells what calls would do, one on top of the other, before anyone signs: every change of what
 * accounts own and allow, checked against what the tokens themselves say, decoded reverts, calls,
 * logs, state. Nothing changes. A call that fails does not end it: the report says so.
 *
 * Each call runs once. Those that do not meet run side by side, and the report is the same.
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
      /** One on top of the other. */
      calls: calls & ContractCalls<calls> & readonly Call[]
      /** Who sends the calls that name nobody. @default the zero address */
      account?: TransactionRequest['account']
      /** Whether none of the calls is to happen where one fails. @default false */
      atomic?: boolean | undefined
      /**
       * By which reverts are decoded, beside the ABIs of the calls; only its errors matter. Those of
       * ERC-6093 are known.
       */
      abi?: readonly unknown[] | undefined
      /** Ends the simulation early. Nothing is changed by it, whenever that is. */
      signal?: AbortSignal | undefined
    }
  /**
   * A transaction that need not be ready to be signed, with `data` or with `abi`, `functionName` and
   * `args`. Calls without a gas price pay no fee. Another nonce than the sender has, and more gas than a
   * block allows, are in the call's `warnings`; another chain is refused.
   */
  type Call = Omit<TransactionRequest, 'authorizationList'> &
    Encodable & {
      /** Signed, or with who is going to sign. */
      authorizationList?: readonly (Authorization | UnsignedAuthorization)[] | undefined
      /** Number of blobs whose hashes are not known yet. */
      blobCount?: number | undefined
    }
  /** A delegation by EIP-7702 that nobody has signed. */
  type UnsignedAuthorization = {
    /** Whose code is to run. */
    readonly address: Hex
    /** Who is going to sign. */
    readonly authority: Hex
    /** @default this chain */
    readonly chainId?: number | undefined
    /** @default the one that fits */
    readonly nonce?: number | undefined
  }
  type ReturnType<calls extends readonly unknown[] = readonly Call[]> = Omit<Report, 'calls'> & {
    calls: {
      -readonly [position in keyof calls]: CallReport & Result<ContractResult<calls[position]>>
    }
  }
  /** What a call returned, by its ABI. */
  type Result<result = unknown> = {
    /** `null` where there is no ABI or no data, where the call failed, and where the data does not decode. */
    result: result | null
    /** Why `returnData` does not decode, where that is so. */
    resultError?: ResultUndecodableError | undefined
  }
  type ErrorType = call.ErrorType
}

/** Returns the errors of all ABIs, each once; `undefined` where nobody has given an ABI. */
function errorsOf(given: readonly { readonly abi?: unknown }[]): readonly unknown[] | undefined {
  const abis = given.flatMap(({ abi }) => (abi === undefined ? [] : [abi as { type?: string }[]]))
  if (abis.length === 0) return undefined
  const errors = abis.flat().filter(({ type }) => type === 'error')
  return [...new Map(errors.map((error) => [JSON.stringify(error), error])).values()]
}

function resultOf(
  { status, returnData }: CallReport,
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
  const signed = authorizationList?.filter((one) => !('authority' in one)) as Authorization[]
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
