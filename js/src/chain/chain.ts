import { check } from '../options/check.js'
import { SIGNAL } from '../options/rules.js'
import type { Supervisor } from '../pool/supervisor.js'
import { rpcError } from '../provider/rpcError.js'
import { decodeJson } from '../rpc/decodeJson.js'
import { encodeJson } from '../rpc/encodeJson.js'
import type { NodeAnswer } from '../type/wire.js'
import { createFilters } from './filters.js'
import { randomHex } from './randomHex.js'
import { SYNC_METHODS, waitForReceipt } from './sync.js'

/** The node of an engine, as everything asks it that is not the engine itself. */
export type Chain = {
  /**
   * Asks a method of JSON-RPC; the result is as JSON-RPC spells it. Parameters may hold bigints, and
   * so does a result in place of integers above 2^53 - 1.
   *
   * @throws {@link ProviderRpcError} with the code of the specification.
   * @throws {@link InvalidParameterError} JSON cannot hold the parameters.
   */
  request<T>(method: string, params?: unknown, options?: Chain.Options): Promise<T>
  /** The same from JSON to JSON, for who passes it on. */
  requestText(method: string, params: string, options?: Chain.Options): Promise<NodeAnswer>
}

export declare namespace Chain {
  type Options = {
    /**
     * Ends the request early. An aborted change may have happened: the promise rejects with the signal's reason also
     * where the transaction was accepted, the block mined or the balance set by then. Ask the chain before you ask
     * for the same change again (`eth_getTransactionByHash`, `eth_blockNumber`). A subscription that was opened by
     * then is ended.
     */
    signal?: AbortSignal | undefined
    /** Name of the one who asks: clients take turns, and requests of one client run in order. */
    client?: string | undefined
  }
}

/** Returns the node of the engine that `supervisor` owns. */
export function createChain(supervisor: Pick<Supervisor, 'request'>): Chain {
  const filters = createFilters()
  const ask = (method: string, params: string, options?: Chain.Options) => {
    const request = { method, params, nowMs: Date.now() }
    return filters.ask({ ...request, client: options?.client }, () =>
      supervisor.request({ kind: 'rpc', ...request, entropy: randomHex(16) }, options),
    )
  }

  /** Asks for a subscription, which nobody could end once its caller is gone. */
  const subscribe = (params: string, signal: AbortSignal, client: string | undefined) => {
    signal.throwIfAborted()
    return new Promise<NodeAnswer>((resolve, reject) => {
      const onAbort = () => {
        reject(signal.reason)
        answer
          .then(async ({ result }) => {
            if (result !== null) await ask('eth_unsubscribe', `[${result}]`, { client })
          })
          .catch(() => {
            // The engine is gone, and the subscription with it.
          })
      }
      signal.addEventListener('abort', onAbort, { once: true })
      const answer = ask('eth_subscribe', params, { client })
      answer.finally(() => signal.removeEventListener('abort', onAbort)).then(resolve, reject)
    })
  }

  const requestText: Chain['requestText'] = async (method, params, { signal, client } = {}) => {
    if (method === 'eth_subscribe' && signal !== undefined) return subscribe(params, signal, client)
    const answer = await ask(method, params, { signal, client })
    if (!SYNC_METHODS.has(method)) return answer
    const receiptOf = (hash: string) =>
      ask('eth_getTransactionReceipt', JSON.stringify([hash]), { signal, client })
    return waitForReceipt(answer, params, receiptOf)
  }
  return {
    requestText,
    async request<T>(method: string, params: unknown = [], options?: Chain.Options) {
      if (options?.signal !== undefined) check(options.signal, SIGNAL, 'options.signal')
      const text = encodeJson(params, 'params') ?? '[]'
      const { result, error } = await requestText(method, text, options)
      if (error !== null) throw rpcError(decodeJson(error) as Parameters<typeof rpcError>[0])
      return decodeJson(result ?? 'null') as T
    },
  }
}
