import type { Chain } from '../../src/chain/chain.js'
import { BaseError } from '../../src/error/BaseError.js'
import type { Provider } from '../../src/provider/provider.js'

/** Answers what clients send: JSON in, JSON out. */
export type Dispatcher = {
  /**
   * Answers a request or a batch. Resolves with `undefined` where nothing is to be answered.
   *
   * @param client - Who is asked, where it can be told things: subscriptions belong to it.
   */
  answer(text: string, options?: Dispatcher.Options): Promise<string | undefined>
  /** Drops the subscriptions of a client that is gone. */
  leave(client: Client): void
}

export declare namespace Dispatcher {
  type Options = { client?: Client | undefined; signal?: AbortSignal | undefined }
}

/** Who can be told things without having asked. */
export type Client = { tell(text: string): void }

/** Requests in one batch at most; the limit that go-ethereum has. */
const MOST_IN_BATCH = 1_000

/** Returns what answers requests for `chain`, whose subscriptions `provider` tells of. */
export function createDispatcher(chain: Chain, provider: Provider): Dispatcher {
  const owners = new Map<string, Client>()
  provider.on('message', ({ data }) => {
    const params = JSON.stringify(data)
    const text = `{"jsonrpc":"2.0","method":"eth_subscription","params":${params}}`
    owners.get(data.subscription)?.tell(text)
  })

  const one = async (
    request: unknown,
    options: Dispatcher.Options,
  ): Promise<string | undefined> => {
    if (!isRequest(request)) return failure(idOf(request), -32600, 'not a request of JSON-RPC 2.0')
    const { method, params = [], id } = request
    const isSubscription = method === 'eth_subscribe' || method === 'eth_unsubscribe'
    if (isSubscription && options.client === undefined)
      return failure(id ?? null, -32601, `${method} needs a WebSocket`)
    try {
      const { signal } = options
      const answer = await chain.requestText(method, JSON.stringify(params), { signal })
      if (isSubscription && answer.result !== null && options.client !== undefined)
        keep(owners, method, params, answer.result, options.client)
      if (id === undefined) return undefined
      const outcome =
        answer.error === null ? `"result":${answer.result}` : `"error":${answer.error}`
      return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},${outcome}}`
    } catch (error) {
      if (!(error instanceof BaseError)) throw error
      return failure(id ?? null, -32603, error.message)
    }
  }

  return {
    async answer(text, options = {}) {
      let parsed: unknown
      try {
        parsed = JSON.parse(text)
      } catch {
        return failure(null, -32700, 'not JSON')
      }
      if (!Array.isArray(parsed)) return one(parsed, options)
      if (parsed.length === 0) return failure(null, -32600, 'an empty batch')
      if (parsed.length > MOST_IN_BATCH)
        return failure(null, -32600, `a batch of more than ${MOST_IN_BATCH} requests`)
      const answers = await Promise.all(parsed.map((request) => one(request, options)))
      const told = answers.filter((answer) => answer !== undefined)
      return told.length === 0 ? undefined : `[${told.join(',')}]`
    },
    leave(client) {
      for (const [id, owner] of owners) {
        if (owner !== client) continue
        owners.delete(id)
        chain.request('eth_unsubscribe', [id]).catch(() => {
          // The engine is gone, and the subscription with it.
        })
      }
    },
  }
}

/** Remembers to whom a subscription belongs. */
function keep(
  owners: Map<string, Client>,
  method: string,
  params: unknown,
  result: string,
  client: Client,
): void {
  if (method === 'eth_subscribe') owners.set(JSON.parse(result), client)
  else if (Array.isArray(params)) owners.delete(params[0])
}

type Request = {
  method: string
  params?: unknown
  id?: string | number | null
}

function isRequest(value: unknown): value is Request {
  if (typeof value !== 'object' || value === null) return false
  const { jsonrpc, method, id, params } = value as Record<string, unknown>
  const hasId = id === undefined || id === null || typeof id === 'string' || typeof id === 'number'
  const hasParams = params === undefined || (typeof params === 'object' && params !== null)
  return jsonrpc === '2.0' && typeof method === 'string' && hasId && hasParams
}

/** The id that an answer to something broken can still carry. */
function idOf(value: unknown): string | number | null {
  const id: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'id') : null
  return typeof id === 'string' || typeof id === 'number' ? id : null
}

function failure(id: string | number | null, code: number, message: string): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } })
}
