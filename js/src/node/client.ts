import { check } from '../options/check.js'
import { SIGNAL } from '../options/rules.js'
import type { BareCall } from '../pool/bindings.js'
import type { Supervisor } from '../pool/supervisor.js'
import { type ProviderRpcError, rpcError } from '../provider/rpcError.js'
import { decodeJson } from '../rpc/decodeJson.js'
import { encodeJson } from '../rpc/encodeJson.js'
import type { Hex, NodeAnswer } from '../type/wire.js'
import type { FilterQuota } from './filterQuota.js'
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
  /**
   * Executes a call by `eth_call` and resolves with its return data.
   *
   * @throws as `request`.
   */
  call(request: NodeClient.Call, options?: NodeClient.Options): Promise<Hex>
  /** Executes calls in turn, by one message; resolves with the data or the error of each. */
  calls(
    requests: readonly NodeClient.Call[],
    options?: NodeClient.Options,
  ): Promise<(Hex | ProviderRpcError)[]>
  /**
   * Executes a call in this task, in an engine that runs in the caller's thread.
   *
   * @throws as `call`; {@link EngineFailedError} while the engine starts again.
   */
  callNow(request: NodeClient.Call): Hex
  /** Requests a method with parameters as JSON text and resolves with JSON text, for servers. */
  requestText(method: string, params: string, options?: NodeClient.Options): Promise<NodeAnswer>
}

export declare namespace NodeClient {
  /** Call: its fields where it has no others, else the positional parameters of `eth_call`. */
  type Call = BareCall | readonly unknown[]
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

/** Returns a client of the node that runs in the engine of `supervisor`. Servers give a quota of filters. */
export function createNodeClient(
  supervisor: Pick<Supervisor, 'request' | 'requestNow' | 'isFree'>,
  quota?: FilterQuota,
): NodeClient {
  const send = (method: string, params: string, options?: NodeClient.Options) => {
    const request = { method, params, nowMs: Date.now() }
    const ask = () =>
      supervisor.request({ kind: 'rpc', ...request, entropy: randomHex(16) }, options)
    return quota === undefined ? ask() : quota.apply({ ...request, client: options?.client }, ask)
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

  const callNow = (request: NodeClient.Call) => {
    const rpc = { method: 'eth_call', nowMs: Date.now(), entropy: NO_ENTROPY }
    return dataOf(supervisor.requestNow({ ...rpc, ...callOf(request) }))
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
    async call(request, { signal, client } = {}) {
      // Nothing is before it in the queue, and a message to the same thread would only take time.
      if (supervisor.isFree) {
        signal?.throwIfAborted()
        return callNow(request)
      }
      const rpc = { kind: 'rpc', method: 'eth_call', nowMs: Date.now() } as const
      const call = { ...rpc, ...callOf(request), entropy: NO_ENTROPY }
      return dataOf(await supervisor.request(call, { signal, client }))
    },
    async calls(requests, { signal, client } = {}) {
      const calls = requests.map(callOf)
      const request = { kind: 'calls', calls, nowMs: Date.now() } as const
      const answers = await supervisor.request(request, { signal, client })
      return answers.map(dataOrError)
    },
    callNow,
    async request<T>(method: string, params: unknown = [], options?: NodeClient.Options) {
      if (options?.signal !== undefined) check(options.signal, SIGNAL, 'options.signal')
      const text = encodeJson(params, 'params') ?? '[]'
      const { result, error } = await requestText(method, text, options)
      if (error !== null) throw errorOf(error)
      return decodeJson(result ?? 'null') as T
    },
  }
}

/** Entropy of requests that open nothing. */
const NO_ENTROPY = '0'.repeat(32)

/** Returns a call as the engine takes it. */
function callOf(request: NodeClient.Call): { params: string; bare?: BareCall } {
  if ('to' in request) return { params: '', bare: request }
  return { params: encodeJson(request, 'params') ?? '[]' }
}

function dataOf(answer: NodeAnswer): Hex {
  if (answer.error !== null) throw errorOf(answer.error)
  return JSON.parse(answer.result ?? '"0x"')
}

function dataOrError(answer: NodeAnswer): Hex | ProviderRpcError {
  return answer.error === null ? dataOf(answer) : errorOf(answer.error)
}

function errorOf(text: string): ProviderRpcError {
  return rpcError(decodeJson(text) as Parameters<typeof rpcError>[0])
}
