import type { NodeClient } from '../node/client.js'
import { check } from '../options/check.js'
import { OPTIONS } from '../options/options.js'
import { rpcError } from '../provider/rpcError.js'
import type { Deployless } from '../rpc/deployless.js'
import type { Hex } from '../type/wire.js'
import { type call, callParams } from './call.js'

/**
 * Creates the access list (EIP-2930) of a transaction and resolves with it and the gas used with it.
 *
 * @example
 * const { accessList, gasUsed } = await evm.createAccessList({ account, to, data })
 *
 * @param node - Client of the node.
 * @param parameters - {@link createAccessList.Parameters}
 * @throws {@link ExecutionRevertedError} The transaction fails; the message has the reason.
 * @throws {@link ProviderRpcError} with the code of JSON-RPC.
 * @throws {@link InvalidParameterError} that names the field.
 */
export async function createAccessList(
  node: NodeClient,
  parameters: createAccessList.Parameters,
): Promise<createAccessList.ReturnType> {
  check(parameters, OPTIONS.createAccessList)
  const { signal } = parameters
  const params = await callParams(parameters)
  const { accessList, gasUsed, error } = await node.request<{
    accessList: { address: Hex; storageKeys: Hex[] }[]
    gasUsed: Hex
    error?: string
  }>('eth_createAccessList', params, { signal })
  // The method returns a list in this case too; viem throws, so that callers notice the failure.
  if (error !== undefined) throw rpcError({ code: 3, message: error })
  return { accessList, gasUsed: BigInt(gasUsed) }
}

export declare namespace createAccessList {
  type Parameters = Omit<call.Parameters, keyof Deployless>
  type ReturnType = {
    accessList: readonly { address: Hex; storageKeys: readonly Hex[] }[]
    /** Gas units. */
    gasUsed: bigint
  }
  type ErrorType = call.ErrorType
}
