import type { InvalidParameterError } from '../error/InvalidParameterError.js'
import type { NodeClient } from '../node/client.js'
import { check } from '../options/check.js'
import { OPTIONS } from '../options/options.js'
import type { BareCall } from '../pool/bindings.js'
import type { ProviderRpcError } from '../provider/rpcError.js'
import { type BlobRequest, withBlobHashes } from '../rpc/blobHashes.js'
import { type BlockParameter, blockParameter } from '../rpc/blockParameter.js'
import { type Deployless, deployless } from '../rpc/deployless.js'
import { blockOverrides, type Overrides, stateOverride, stateOverridesOf } from '../rpc/override.js'
import { quantity } from '../rpc/quantity.js'
import {
  addressOf,
  type TransactionRequest,
  transactionRequest,
} from '../rpc/transactionRequest.js'
import type { Hex } from '../type/wire.js'

/**
 * Executes a call on a block's state and resolves with its return data. The node does not change.
 *
 * @example
 * const { data } = await evm.call({ to, data: '0x18160ddd' })
 * await evm.call({ code: creation, data: '0x18160ddd' }) // of a contract that is not deployed
 *
 * @param node - Client of the node.
 * @param parameters - {@link call.Parameters}
 * @throws {@link ExecutionRevertedError} The call reverted; `data` is the revert data.
 * @throws {@link ProviderRpcError} with the code of JSON-RPC.
 * @throws {@link InvalidParameterError} that names the field.
 */
export async function call(
  node: NodeClient,
  parameters: call.Parameters,
): Promise<call.ReturnType> {
  check(parameters, OPTIONS.call)
  const { signal } = parameters
  const data = await node.call(await callRequest(parameters), { signal })
  return { data: data === '0x' ? undefined : data }
}

export declare namespace call {
  type Parameters = TransactionRequest &
    BlobRequest &
    Deployless &
    BlockParameter &
    Overrides & {
      /** Rejects the call early with the signal's reason. */
      signal?: AbortSignal | undefined
    }
  type ReturnType = {
    /** Return data; `undefined` where it is empty. */
    data: Hex | undefined
  }
  type ErrorType = ProviderRpcError | InvalidParameterError
}

/** Returns a checked call as the node takes it. */
export async function callRequest(parameters: call.Parameters): Promise<NodeClient.Call> {
  return bareCall(parameters) ?? callParams(parameters)
}

/** Returns a call at the latest block that needs no JSON; `undefined` where `parameters` have other fields. */
export function bareCall(parameters: call.Parameters): BareCall | undefined {
  const { account, from, to, data, value, gas } = parameters
  if (to === undefined || to === null) return undefined
  for (const key in parameters)
    if (!BARE.has(key) && Reflect.get(parameters, key) !== undefined) return undefined
  return {
    from: from ?? addressOf(account),
    to,
    data,
    value: value === undefined ? undefined : quantity(value),
    gas: gas === undefined ? undefined : BigInt(gas),
  }
}

const BARE: ReadonlySet<string> = new Set([
  'account',
  'from',
  'to',
  'data',
  'value',
  'gas',
  'signal',
])

/** Returns transaction, block and overrides as positional parameters of JSON-RPC. */
export async function callParams(parameters: call.Parameters): Promise<unknown[]> {
  return hashedParams(await withBlobHashes(parameters))
}

/** Returns what {@link callParams} does for a call whose blobs are given by their hashes. */
export function hashedParams(hashed: Omit<call.Parameters, keyof BlobRequest>): unknown[] {
  const overrides = stateOverridesOf(hashed)
  const { request, stateOverride: state } = deployless(hashed, overrides ?? []) ?? {
    request: hashed,
    stateOverride: overrides,
  }
  const params = [transactionRequest(request), blockParameter(hashed)] as unknown[]
  const { blockOverrides: block } = hashed
  if (state !== undefined || block !== undefined)
    params.push(state === undefined ? {} : stateOverride(state))
  if (block !== undefined) params.push(blockOverrides(block))
  return params
}
