import { InvalidParameterError } from '../error/InvalidParameterError.js'
import type { Supervisor } from '../pool/supervisor.js'
import { rpcError } from '../provider/rpcError.js'
import type { NodeAnswer } from '../type/wire.js'
import { SYNC_METHODS, waitForReceipt } from './sync.js'

/** The node of an engine, as everything asks it that is not the engine itself. */
export type Chain = {
  /**
   * Asks a method of JSON-RPC; the result is as JSON-RPC spells it.
   *
   * @throws {@link ProviderRpcError} with the code of the specification.
   */
  request<T>(method: string, params?: unknown, options?: Chain.Options): Promise<T>
  /** The same from JSON to JSON, for who passes it on. */
  requestText(method: string, params: string, options?: Chain.Options): Promise<NodeAnswer>
}

export declare namespace Chain {
  type Options = {
    /** Ends the request early. */
    signal?: AbortSignal | undefined
  }
}

/** Returns the node of the engine that `supervisor` owns. */
export function createChain(supervisor: Pick<Supervisor, 'request'>): Chain {
  const ask: Chain['requestText'] = (method, params, { signal } = {}) =>
    supervisor.request({ kind: 'rpc', method, params, nowMs: Date.now() }, { signal })
  const requestText: Chain['requestText'] = async (method, params, options) => {
    const answer = await ask(method, params, options)
    if (!SYNC_METHODS.has(method)) return answer
    const receiptOf = (hash: string) =>
      ask('eth_getTransactionReceipt', JSON.stringify([hash]), options)
    return waitForReceipt(answer, params, receiptOf)
  }
  return {
    requestText,
    async request(method, params = [], options) {
      const { result, error } = await requestText(method, textOf(params), options)
      if (error !== null) throw rpcError(JSON.parse(error))
      return JSON.parse(result ?? 'null')
    },
  }
}

function textOf(params: unknown): string {
  try {
    return JSON.stringify(params) ?? '[]'
  } catch (cause) {
    throw new InvalidParameterError('params', 'what JSON can hold (no bigint)', params, cause)
  }
}
