import type { NodeClient } from '../node/client.js'
import { check } from '../options/check.js'
import { OPTIONS } from '../options/options.js'
import type { Deployless } from '../rpc/deployless.js'
import type { Hex } from '../type/wire.js'
import { type call, callParams } from './call.js'

/**
 * Estimates the least gas limit with which a transaction succeeds, in gas units. The node does not change.
 *
 * @example
 * const gas = await evm.estimateGas({ account, to, value: 1n })
 *
 * @param node - Client of the node.
 * @param parameters - {@link estimateGas.Parameters}
 * @throws {@link ExecutionRevertedError} It reverts with any gas limit; `data` is the revert data.
 * @throws {@link ProviderRpcError} with the code of JSON-RPC.
 * @throws {@link InvalidParameterError} that names the field.
 */
export async function estimateGas(
  node: NodeClient,
  parameters: estimateGas.Parameters,
): Promise<estimateGas.ReturnType> {
  check(parameters, OPTIONS.estimateGas)
  const { signal } = parameters
  return BigInt(
    await node.request<Hex>('eth_estimateGas', await callParams(parameters), { signal }),
  )
}

export declare namespace estimateGas {
  type Parameters = Omit<call.Parameters, keyof Deployless>
  type ReturnType = bigint
  type ErrorType = call.ErrorType
}
