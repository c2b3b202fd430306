import type { Chain } from '../../src/chain/chain.js'
import { BaseError } from '../../src/error/BaseError.js'
import { type Envelope, type NoEnvelope, readEnvelopes } from './envelope.js'
import { SIGNING_METHODS } from './signing.js'

/** Answers requests of JSON-RPC: JSON in, JSON out. */
export type Dispatcher = {
  /**
   * Answers a request or a batch of a client that cannot be notified. Resolves with `undefined` where
   * no answer is wanted.
   */
  answer(text: string, options?: Dispatcher.Options): Promise<string | undefined>
  /** Serves a client that stays, and can be notified. */
  connect(send: Send, options?: Pick<Dispatcher.Options, 'origin'>): Connection
  /** Passes a notification on to its subscriber: the `params` of an `eth_subscription`, in JSON. */
  notify(params: string): void
}

export declare namespace Dispatcher {
  type Options = {
    /** Aborted when the client has gone. */
    signal?: AbortSignal | undefined
    /** The page or extension that asks, if one does. */
    origin?: string | undefined
  }
}

/** A client that stays. Its subscriptions are its own, and end with it. */
export type Connection = {
  /** Answers a request or a batch. */
  receive(text: string): Promise<void>
  /** The client is gone: ends what it waits for, and its subscriptions. */
  close(): void
}

/** Sends a text to a client. */
type Send = (text: string) => void

export declare namespace createDispatcher {
  type Options = {
    /** Called with a line for each request that was answered. */
    log?: ((line: string) => void) | undefined
    /** Whether pages and extensions may sign with the accounts of the node. @default true */
    pagesSign?: boolean | undefined
  }
}

/** Requests in one batch at most; the limit that go-ethereum has. */
const MOST_IN_BATCH = 1_000

/** The sender of a request. */
type Caller = Readonly<Dispatcher.Options> & {
  /** There where it can be notified. */
  readonly client?: Client | undefined
}

type Client = {
  readonly send: Send
  /** Its subscriptions by their numbers. */
  readonly subscriptions: Map<string, Subscription>
  /** Numbers of subscriptions that are in an answer which is not sent yet. */
  readonly opened: string[]
}

type Subscription = {
  readonly send: Send
  /** Notifications that wait until the number of the subscription has been sent; then `undefined`. */
  held: string[] | undefined
}

/** Returns what answers requests for `chain`. */
export function createDispatcher(
  chain: Chain,
  { log, pagesSign = true }: createDispatcher.Options = {},
): Dispatcher {
  /** Of all clients. */
  const subscriptions = new Map<string, Subscription>()

  /** Returns the outcome of a request as the members of its answer. */
  const ask = async (method: string, params: string, caller: Caller): Promise<string> => {
    const { signal } = caller
    const { result, error } = await chain.requestText(method, params, { signal })
    return error === null ? `"result":${result}` : `"error":${error}`
  }

  const subscribe = async (params: string, { signal, client }: Caller): Promise<string> => {
    if (client === undefined) return failure(-32601, 'eth_subscribe needs a WebSocket')
    const { result, error } = await chain.requestText('eth_subscribe', params, { signal })
    if (result === null) return `"error":${error}`
    const id: string = JSON.parse(result)
    const subscription: Subscription = { send: client.send, held: [] }
    subscriptions.set(id, subscription)
    client.subscriptions.set(id, subscription)
    client.opened.push(id)
    return `"result":${result}`
  }

  const unsubscribe = async (params: string, { client }: Caller): Promise<string> => {
    if (client === undefined) return failure(-32601, 'eth_unsubscribe needs a WebSocket')
    const given: unknown = JSON.parse(params)
    const id: unknown = Array.isArray(given) ? given[0] : undefined
    if (typeof id !== 'string')
      return failure(-32602, 'subscription: must be the text that eth_subscribe has returned')
    // A subscription of another client is none for this one.
    if (!client.subscriptions.delete(id)) return '"result":false'
    subscriptions.delete(id)
    // Without the signal: it has to end also where the client is gone meanwhile.
    return ask('eth_unsubscribe', params, {})
  }

  const outcomeOf = async ({ method, params }: Envelope, caller: Caller): Promise<string> => {
    if (!pagesSign && caller.origin !== undefined && SIGNING_METHODS.has(method))
      return failure(4100, `${method} uses private keys, which no page and no extension may do`)
    try {
      if (method === 'eth_subscribe') return await subscribe(params, caller)
      if (method === 'eth_unsubscribe') return await unsubscribe(params, caller)
      return await ask(method, params, caller)
    } catch (error) {
      if (!(error instanceof BaseError)) throw error
      return failure(-32603, error.message)
    }
  }

  const one = async (
    request: Envelope | NoEnvelope,
    caller: Caller,
  ): Promise<string | undefined> => {
    const { method, id } = request
    if (method === undefined) return answerOf(id, failure(-32600, 'not a request of JSON-RPC 2.0'))
    // Its number would be in the answer, which is not wanted.
    if (method === 'eth_subscribe' && id === undefined) return undefined
    const start = performance.now()
    const outcome = await outcomeOf(request, caller)
    log?.(lineOf(method, outcome, performance.now() - start))
    return id === undefined ? undefined : answerOf(id, outcome)
  }

  const respond = async (text: string, caller: Caller): Promise<string | undefined> => {
    let read: ReturnType<typeof readEnvelopes>
    try {
      read = readEnvelopes(text)
    } catch {
      return answerOf('null', failure(-32700, 'not JSON'))
    }
    if (!Array.isArray(read)) return one(read, caller)
    if (read.length === 0) return answerOf('null', failure(-32600, 'an empty batch'))
    if (read.length > MOST_IN_BATCH)
      return answerOf('null', failure(-32600, `a batch of more than ${MOST_IN_BATCH} requests`))
    const answers = await Promise.all(read.map((request) => one(request, caller)))
    const wanted = answers.filter((answer) => answer !== undefined)
    return wanted.length === 0 ? undefined : `[${wanted.join(',')}]`
  }

  return {
    answer: (text, options = {}) => respond(text, options),
    connect(send, { origin } = {}) {
      const own = new Map<string, Subscription>()
      const gone = new AbortController()
      const { signal } = gone
      return {
        async receive(text) {
          const opened: string[] = []
          const client = { send, subscriptions: own, opened }
          const answer = await respond(text, { signal, origin, client }).catch((error: unknown) => {
            if (!signal.aborted) throw error
          })
          if (signal.aborted) return
          if (answer !== undefined) send(answer)
          for (const id of opened) release(own.get(id))
        },
        close() {
          gone.abort(new Error('the client is gone'))
          for (const id of own.keys()) {
            subscriptions.delete(id)
            chain.request('eth_unsubscribe', [id]).catch(() => {
              // The engine is gone, and the subscription with it.
            })
          }
          own.clear()
        },
      }
    },
    notify(params) {
      const { subscription: id }: { subscription: string } = JSON.parse(params)
      const subscription = subscriptions.get(id)
      const text = `{"jsonrpc":"2.0","method":"eth_subscription","params":${params}}`
      if (subscription?.held !== undefined) subscription.held.push(text)
      else subscription?.send(text)
    },
  }
}

/** Sends the notifications that were held. */
function release(subscription: Subscription | undefined): void {
  const held = subscription?.held ?? []
  if (subscription !== undefined) subscription.held = undefined
  for (const text of held) subscription?.send(text)
}

/** Returns an answer. Both parts are JSON: the id, and the member that has the outcome. */
function answerOf(id: string, outcome: string): string {
  return `{"jsonrpc":"2.0","id":${id},${outcome}}`
}

/** Returns the member of an answer that has an error. */
function failure(code: number, message: string): string {
  return `"error":${JSON.stringify({ code, message })}`
}

/** Returns what is logged of a request. */
function lineOf(method: string, outcome: string, ms: number): string {
  const line = `${method} ${ms.toFixed(1)} ms`
  if (!outcome.startsWith('"error"')) return line
  const { error }: { error: { code: number; message: string } } = JSON.parse(`{${outcome}}`)
  return `${line}, error ${error.code}: ${error.message}`
}
