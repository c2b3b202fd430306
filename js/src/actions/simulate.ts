import type { Chain } from '../chain/chain.js'
import { InvalidParameterError } from '../error/InvalidParameterError.js'
import { type BlockParameter, blockParameter } from '../rpc/blockParameter.js'
import {
  type BlockOverrides,
  blockOverrides,
  type StateOverride,
  stateOverride,
} from '../rpc/override.js'
import { quantity } from '../rpc/quantity.js'
import { type Report, reportOf, type WireReport } from '../rpc/report.js'
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
 * @param chain - The node to ask.
 * @param parameters - {@link simulate.Parameters}
 * @throws {@link ProviderRpcError} with the code of JSON-RPC.
 * @throws {@link InvalidParameterError} that names the field.
 */
export async function simulate(
  chain: Chain,
  parameters: simulate.Parameters,
): Promise<simulate.ReturnType> {
  const { calls, atomic, abi, stateOverrides, blockOverrides: block, signal } = parameters
  if (!Array.isArray(calls)) throw new InvalidParameterError('calls', 'a list', calls)
  const from = addressOf(parameters.account)
  const bundle = {
    calls: calls.map((one: simulate.Call, index) => callRequest(one, `calls[${index}]`)),
    ...(atomic === undefined ? {} : { atomic }),
    ...(abi === undefined ? {} : { abi }),
    ...(from === undefined ? {} : { from }),
  }
  const params = [
    bundle,
    blockParameter(parameters),
    stateOverrides === undefined ? null : stateOverride(stateOverrides, 'stateOverrides'),
    block === undefined ? null : blockOverrides(block, 'blockOverrides'),
  ]
  return reportOf(await chain.request<WireReport>('parevm_simulate', params, { signal }))
}

export declare namespace simulate {
  type Parameters = BlockParameter & {
    /** One on top of the other. */
    calls: readonly Call[]
    /** Who sends the calls that name nobody. @default the zero address */
    account?: TransactionRequest['account']
    /** Whether none of the calls is to happen where one fails. @default false */
    atomic?: boolean | undefined
    /** By which reverts are decoded; only its errors matter. Those of ERC-6093 are known. */
    abi?: readonly unknown[] | undefined
    stateOverrides?: StateOverride | undefined
    blockOverrides?: BlockOverrides | undefined
    /** Ends it early. */
    signal?: AbortSignal | undefined
  }
  /**
   * A transaction that need not be ready to be signed. Who names no price pays none. Another nonce than the sender
   * has, and more gas than a block allows, are in the call's `warnings`; another chain is refused.
   */
  type Call = Omit<TransactionRequest, 'authorizationList'> & {
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
  type ReturnType = Report
  type ErrorType = call.ErrorType
}

function callRequest(call: simulate.Call, path: string): Record<string, unknown> {
  const { authorizationList, blobCount, ...transaction } = call
  const signed = authorizationList?.filter((one) => !('authority' in one)) as Authorization[]
  const rpc = transactionRequest({ ...transaction, authorizationList: signed }, path)
  if (blobCount !== undefined) rpc.blobCount = quantity(`${path}.blobCount`, blobCount)
  if (authorizationList === undefined) return rpc
  const asSigned = (rpc.authorizationList as unknown[]).values()
  rpc.authorizationList = authorizationList.map((one, index) =>
    'authority' in one
      ? unsigned(one, `${path}.authorizationList[${index}]`)
      : asSigned.next().value,
  )
  return rpc
}

function unsigned(one: simulate.UnsignedAuthorization, path: string): Record<string, unknown> {
  const { address, authority, chainId, nonce } = one
  return {
    address,
    authority,
    ...(chainId === undefined ? {} : { chainId: quantity(`${path}.chainId`, chainId) }),
    ...(nonce === undefined ? {} : { nonce: quantity(`${path}.nonce`, nonce) }),
  }
}
