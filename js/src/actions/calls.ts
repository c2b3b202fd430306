import type { InvalidParameterError } from '../error/InvalidParameterError.js'
import type { NodeClient } from '../node/client.js'
import { check } from '../options/check.js'
import { OPTIONS } from '../options/options.js'
import { ProviderRpcError } from '../provider/rpcError.js'
import type { Hex } from '../type/wire.js'
import { type call, callRequest } from './call.js'

/**
 * Executes independent calls on a block's state, in one message to the engine; resolves with the outcome of each, in
 * order. The node does not change.
 *
 * @example
 * const outcomes = await evm.calls({ calls: [{ to, data: '0x18160ddd' }, { to, data: '0x313ce567' }] })
 *
 * @param node - Client of the node.
 * @param parameters - {@link calls.Parameters}
 * @throws {@link InvalidParameterError} that names the field.
 */
export async function calls(
  node: NodeClient,
  parameters: calls.Parameters,
): Promise<calls.ReturnType> {
  const wanted = Array.isArray(parameters) ? { calls: parameters } : parameters
  check(wanted, OPTIONS.calls)
  const { calls: list, signal } = wanted as Exclude<calls.Parameters, readonly unknown[]>
  const requests = await Promise.all(list.map(callRequest))
  return (await node.calls(requests, { signal })).map(outcomeOf)
}

export declare namespace calls {
  type Parameters =
    | readonly calls.Call[]
    | {
        calls: readonly calls.Call[]
        /** Rejects all calls early with the signal's reason. */
        signal?: AbortSignal | undefined
      }
  /** Call as {@link call} takes it. */
  type Call = Omit<call.Parameters, 'signal'>
  type ReturnType = readonly calls.Outcome[]
  /** Outcome of one call, in the shape of viem's `multicall`. */
  type Outcome =
    | {
        readonly status: 'success'
        /** Return data; `undefined` where it is empty. */
        readonly data: Hex | undefined
        readonly error?: undefined
      }
    | { readonly status: 'failure'; readonly error: ProviderRpcError; readonly data?: undefined }
  type ErrorType = InvalidParameterError
}

function outcomeOf(data: Hex | ProviderRpcError): calls.Outcome {
  if (data instanceof ProviderRpcError) return { status: 'failure', error: data }
  return { status: 'success', data: data === '0x' ? undefined : data }
}
