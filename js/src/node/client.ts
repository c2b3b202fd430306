import { check } from '../options/check.js'
import { SIGNAL } from '../options/rules.js'
import type { Supervisor } from '../pool/supervisor.js'
import { rpcError } from '../provider/rpcError.js'
import { decodeJson } from '../rpc/decodeJson.js'
import { encodeJson } from '../rpc/encodeJson.js'
import type { NodeAnswer } from '../type/wire.js'
import { createFilterQuota } from './filterQuota.js'
import { randomHex } from './randomHex.js'
import { SYNC_METHODS, waitForReceipt } from './waitForReceipt.js'

/** JSON-RPC client of the node inside an engine. */
export type NodeClient = {
  /**
   * Requests a JSON-RPC method and resolves with its result as JSON-RPC spells it. Parameters may hold bigints;
   * integers of a result above 2^53 - 1 are bigints.
   *
   * @throws {@link ProviderRpcError} with the code of the specification.
   * @throws {@link InvalidParameterError} JSON cannot hold the parameters.
   */
  request<T>(method: string, params?: unknown, options?: NodeClient.Options): Promise<T>
  /** Requests a method with parameters as JSON text and resolves with JSON text, for servers. */
  requestText(method: string, params: string, options?: NodeClient.Options): Promise<NodeAnswer>
}

export declare namespace NodeClient {
  type Options = {
    /**
     * Rejects the request early with the signal's reason. A change may have happened all the same: the transaction
     * was accepted, the block mined or the balance set before the abort. Query the node
     * (`eth_getTransactionByHash`, `eth_blockNumber`) before you repeat a change. A subscription that was opened
     * before the abort is closed.
     */
    signal?: AbortSignal | undefined
    /** Name of the client: clients take turns, and requests of one client run in order. */
    client?: string | undefined
  }
}

/** Returns a client of the node that runs in the engine of `supervisor`. */
export function createNodeClient(supervisor: Pick<Supervisor, 'request'>): NodeClient {
  const quota = createFilterQuota()
  const send = (method: string, params: string, options?: NodeClient.Options) => {
    const request = { method, params, nowMs: Date.now() }
    return quota.apply({ ...request, client: options?.client }, () =>
      supervisor.request({ kind: 'rpc', ...request, entropy: randomHex(16) }, options),
    )
  }

  /** Opens a subscription, and closes it where its caller is gone: nobody else knows its id. */
  const subscribe = (params: string, signal: AbortSignal, client: string | undefined) => {
    signal.throwIfAborted()
    return new Promise<NodeAnswer>((resolve, reject) => {
      const onAbort = () => {
        reject(signal.reason)
        answer
          .then(async ({ result }) => {
            if (result !== null) await send('eth_unsubscribe', `[${result}]`, { client })
          })
          .catch(() => {
            // The engine is gone, and the subscription with it.
          })
      }
      signal.addEventListener('abort', onAbort, { once: true })
      const answer = send('eth_subscribe', params, { client })
      answer.finally(() => signal.removeEventListener('abort', onAbort)).then(resolve, reject)
    })
  }

  const requestText: NodeClient['requestText'] = async (
    method,
    params,
    { signal, client } = {},
  ) => {
    if (method === 'eth_subscribe' && signal !== undefined) return subscribe(params, signal, client)
    const answer = await send(method, params, { signal, client })
    if (!SYNC_METHODS.has(method)) return answer
    const receiptOf = (hash: string) =>
      send('eth_getTransactionReceipt', JSON.stringify([hash]), { signal, client })
    return waitForReceipt(answer, params, receiptOf)
  }
  return {
    requestText,
    async request<T>(method: string, params: unknown = [], options?: NodeClient.Options) {
      if (options?.signal !== undefined) check(options.signal, SIGNAL, 'options.signal')
      const text = encodeJson(params, 'params') ?? '[]'
      const { result, error } = await requestText(method, text, options)
      if (error !== null) throw rpcError(decodeJson(error) as Parameters<typeof rpcError>[0])
      return decodeJson(result ?? 'null') as T
    },
  }
}
