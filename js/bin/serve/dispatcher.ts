import { BaseError } from '../../src/error/BaseError.js'
import { cut, MOST_ECHOED, quote } from '../../src/error/cut.js'
import type { NodeClient } from '../../src/node/client.js'
import { SYNC_METHODS } from '../../src/node/waitForReceipt.js'
import type { NodeAnswer } from '../../src/type/wire.js'
import { answerOf, failure, lineOf } from './answer.js'
import { runBatch } from './batch.js'
import { type Budget, beyondFree, createBudget } from './budget.js'
import { clientSignal } from './clientSignal.js'
import { type Envelope, EnvelopeError, type NoEnvelope, readEnvelopes } from './envelope.js'
import { createLane, type Lane } from './lane.js'
import { DEFAULTS, type Limits } from './limits.js'
import { SIGNING_METHODS } from './signing.js'

/** JSON-RPC dispatcher of text to text. */
export type Dispatcher = {
  /**
   * Answers a request or a batch of a client without notifications. Resolves with `undefined` where there is no
   * answer.
   */
  answer(text: string, options?: Dispatcher.Options): Promise<string | undefined>
  /** Opens the connection of a client with notifications. */
  connect(send: Send, options?: Dispatcher.ConnectOptions): Connection
  /** Sends a notification to its subscriber: the `params` of an `eth_subscription`, in JSON. */
  notify(params: string): void
  /** Budget of unread answers in characters. */
  readonly unread: Budget
}

export declare namespace Dispatcher {
  type Options = {
    /** Aborted when the client read the answer, or disconnected. */
    signal?: AbortSignal | undefined
    /** Name of the client: clients take turns, and each has its limits. */
    client?: string | undefined
    /** Origin of the page or extension, if any. */
    origin?: string | undefined
  }
  type ConnectOptions = Pick<Options, 'client' | 'origin'> & {
    /** Returns the number of concurrent requests, by the unread answers. @default unlimited */
    room?: (() => number) | undefined
    /** Closes the connection of a client whose buffer is full. */
    end?: ((reason: string) => void) | undefined
  }
}

/** Connection of a client. Its subscriptions end with it. */
export type Connection = {
  /** Answers a request or a batch. */
  receive(text: string): Promise<void>
  /** Resumes waiting requests after the client read some answers. */
  wake(): void
  /** Aborts the requests of the client and ends its subscriptions. */
  close(): void
}

/** Sends a text to a client. Must not throw. */
type Send = (text: string) => void

export declare namespace createDispatcher {
  type Options = {
    /** Called with a line for each answered request. */
    log?: ((line: string) => void) | undefined
    limits?: Limits | undefined
    /** Whether pages and extensions may sign with the accounts of the node. @default true */
    pagesSign?: boolean | undefined
  }
}

/** Sender of a request. */
type Caller = {
  readonly name: string
  readonly signal?: AbortSignal | undefined
  /** Origin of the page or extension, if any. */
  readonly origin?: string | undefined
  /** Present where it receives notifications. */
  readonly client?: Client | undefined
  /** Concurrency limit of its requests. */
  readonly lane?: Lane | undefined
  /** Amount of the budget of unread answers. */
  holds: number
}

type Client = {
  readonly send: Send
  readonly end: (reason: string) => void
  /** Subscriptions by id. */
  readonly subscriptions: Map<string, Subscription>
  /** Ids of subscriptions in unsent answers. */
  readonly opened: string[]
  /** Number of subscriptions that are being opened. */
  readonly opening: { count: number }
}

type Subscription = {
  readonly send: Send
  /** Notifications until the id of the subscription is sent; then `undefined`. */
  held: string[] | undefined
  /** Characters of these notifications. */
  length: number
  readonly end: (reason: string) => void
}

/** Returns a dispatcher of requests to `node`. */
export function createDispatcher(
  node: NodeClient,
  { log, limits = DEFAULTS, pagesSign = true }: createDispatcher.Options = {},
): Dispatcher {
  /** Subscriptions of all clients, by id. */
  const subscriptions = new Map<string, Subscription>()
  const queue = createBudget({ client: limits['client-queue'], all: limits.queue })
  const texts = createBudget({
    client: limits['client-queue-bytes'],
    all: limits['queue-bytes'],
  })
  const unread = createBudget({ client: limits['client-answers'], all: limits.answers })
  let sockets = 0

  /** Requests a method of the node and returns the outcome as a member of its answer. */
  const ask = async (method: string, params: string, caller: Caller): Promise<string> => {
    const { signal, name } = caller
    return outcome(await node.requestText(method, params, { signal, client: name }), caller)
  }

  /** Returns the answer of the node, or an error where it is too large for the client. */
  const outcome = ({ result, error }: NodeAnswer, caller: Caller): string => {
    const text = result ?? error ?? 'null'
    if (text.length > limits.answer)
      return failure(-32003, `the answer takes more than ${limits.answer} bytes`)
    const amount = beyondFree(text.length)
    const taken = unread.take(caller.name, amount)
    if (taken !== 'taken')
      return failure(-32005, `too many bytes of answers that ${WHOSE[taken]} has not read yet`)
    caller.holds += amount
    return error === null ? `"result":${text}` : `"error":${text}`
  }

  const release = (caller: Caller) => {
    unread.give(caller.name, caller.holds)
    caller.holds = 0
  }

  const subscribe = async (params: string, caller: Caller): Promise<string> => {
    const { signal, client, name } = caller
    if (client === undefined) return failure(-32601, 'eth_subscribe needs a WebSocket')
    if (client.subscriptions.size + client.opening.count >= limits.subscriptions)
      return failure(-32005, `more than ${limits.subscriptions} subscriptions of one connection`)
    client.opening.count += 1
    // Without the signal: the request keeps its place in the queue until the engine answers.
    const opened = await node.requestText('eth_subscribe', params, { client: name }).finally(() => {
      client.opening.count -= 1
    })
    if (opened.result === null) return outcome(opened, caller)
    if (signal?.aborted === true) {
      await node.requestText('eth_unsubscribe', `[${opened.result}]`, { client: name })
      throw signal.reason
    }
    const id: string = JSON.parse(opened.result)
    const { send, end } = client
    const subscription: Subscription = { send, end, held: [], length: 0 }
    subscriptions.set(id, subscription)
    client.subscriptions.set(id, subscription)
    client.opened.push(id)
    return `"result":${opened.result}`
  }

  const unsubscribe = async (params: string, caller: Caller): Promise<string> => {
    const { client, name } = caller
    if (client === undefined) return failure(-32601, 'eth_unsubscribe needs a WebSocket')
    const id = firstText(params)
    if (id === undefined)
      return failure(-32602, 'subscription: must be an id that eth_subscribe returned')
    // A client cannot end the subscription of another one.
    if (!client.subscriptions.delete(id)) return '"result":false'
    subscriptions.delete(id)
    // Without the signal: it ends even if the client disconnects.
    return ask('eth_unsubscribe', params, { name, holds: 0 })
  }

  const outcomeOf = async ({ method, params }: Envelope, caller: Caller): Promise<string> => {
    if (method.length > MOST_ECHOED)
      return failure(-32601, `the method ${quote(method)} does not exist`)
    if (!pagesSign && caller.origin !== undefined && SIGNING_METHODS.has(method))
      return failure(4100, `${method} uses private keys: not allowed for pages and extensions`)
    // The client may be gone after the wait for its turn.
    caller.signal?.throwIfAborted()
    try {
      if (method === 'eth_subscribe') return await subscribe(params, caller)
      if (method === 'eth_unsubscribe') return await unsubscribe(params, caller)
      return await ask(method, params, caller)
    } catch (error) {
      if (!(error instanceof BaseError)) throw error
      return failure(LOST.has(error.code) ? -32005 : -32603, cut(error.message, 2 * MOST_ECHOED))
    }
  }

  const one = async (
    request: Envelope | NoEnvelope,
    caller: Caller,
  ): Promise<string | undefined> => {
    const { method, id } = request
    if (method === undefined)
      return answerOf(id, failure(-32600, request.reason ?? 'not a request of JSON-RPC 2.0'))
    // The id of the subscription would have no answer.
    if (method === 'eth_subscribe' && id === undefined) return undefined
    // Requests that wait for a block would block the one that mines it.
    const lane = SYNC_METHODS.has(method) ? undefined : caller.lane
    await lane?.enter()
    const start = performance.now()
    const outcome = await outcomeOf(request, caller).finally(() => lane?.leave())
    log?.(lineOf(method, outcome, performance.now() - start))
    return id === undefined ? undefined : answerOf(id, outcome)
  }

  const respond = async (text: string, caller: Caller): Promise<string | undefined> => {
    let read: ReturnType<typeof readEnvelopes>
    try {
      read = readEnvelopes(text, limits)
    } catch (error) {
      if (!(error instanceof EnvelopeError)) throw error
      return answerOf('null', failure(error.code, error.message))
    }
    const isBatch = Array.isArray(read)
    const requests = Array.isArray(read) ? read : [read]
    if (requests.length === 0) return answerOf('null', failure(-32600, 'an empty batch'))
    const place = enter(requests, text.length, caller)
    try {
      const execute = (request: Envelope | NoEnvelope) =>
        place.has(request) ? one(request, caller) : Promise.resolve(refused(request, place.refusal))
      if (!isBatch) return await execute(read as Envelope | NoEnvelope)
      const answers = await runBatch({
        requests,
        async execute(request) {
          caller.signal?.throwIfAborted()
          return execute(request)
        },
        refuse: (request) => refused(request, failure(-32003, ALL_TOO_LARGE)),
        ahead: limits.ahead,
        most: limits['batch-answer'],
      })
      return answers.length === 0 ? undefined : `[${answers.join(',')}]`
    } finally {
      place.leave()
    }
  }

  /** Takes places in the queue for as many of the requests as possible. */
  const enter = (requests: readonly (Envelope | NoEnvelope)[], length: number, caller: Caller) => {
    const { name } = caller
    let full = texts.take(name, length)
    const hasText = full === 'taken'
    const places = new Set<Envelope | NoEnvelope>()
    for (const request of requests) {
      if (full === 'taken') full = queue.take(name, 1)
      if (full === 'taken') places.add(request)
    }
    return {
      has: (request: Envelope | NoEnvelope) => places.has(request),
      refusal: failure(-32005, `too many requests of ${WHOSE[full]} wait for their answers`),
      leave() {
        queue.give(name, places.size)
        if (hasText) texts.give(name, length)
      },
    }
  }

  return {
    unread,
    async answer(text, { signal, client = 'http', origin } = {}) {
      const caller: Caller = { name: client, signal, origin, holds: 0 }
      try {
        return await respond(text, caller)
      } finally {
        if (signal === undefined || signal.aborted) release(caller)
        else signal.addEventListener('abort', () => release(caller), { once: true })
      }
    },
    connect(send, options = {}) {
      const { client, origin, room = () => Number.POSITIVE_INFINITY, end = () => {} } = options
      sockets += 1
      const name = client ?? `socket ${sockets}`
      const own = new Map<string, Subscription>()
      const opening = { count: 0 }
      const lane = createLane(room)
      const gone = clientSignal()
      const { signal } = gone
      return {
        async receive(text) {
          const opened: string[] = []
          const client = { send, end, subscriptions: own, opened, opening }
          const caller: Caller = { name, signal, origin, client, lane, holds: 0 }
          const answer = await respond(text, caller)
            .catch((error: unknown) => {
              if (!signal.aborted) throw error
              return undefined
            })
            .finally(() => release(caller))
          if (signal.aborted) return
          if (answer !== undefined) send(answer)
          for (const id of opened) sendHeld(own.get(id))
        },
        wake: lane.wake,
        close() {
          gone.abort(new Error('the client is gone'))
          lane.open()
          for (const id of own.keys()) {
            subscriptions.delete(id)
            node.request('eth_unsubscribe', [id], { client: name }).catch(() => {
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
      if (subscription?.held === undefined) return subscription?.send(text)
      subscription.length += text.length
      if (subscription.length > limits.buffer)
        return subscription.end(`more than ${limits.buffer} bytes wait for an answer before them`)
      subscription.held.push(text)
    },
  }
}

/** Sends the held notifications. */
function sendHeld(subscription: Subscription | undefined): void {
  const held = subscription?.held ?? []
  if (subscription !== undefined) subscription.held = undefined
  for (const text of held) subscription?.send(text)
}

/** Returns the answer to a refused request; `undefined` for a notification. */
function refused({ id }: Envelope | NoEnvelope, outcome: string): string | undefined {
  return id === undefined ? undefined : answerOf(id, outcome)
}

/** Returns the first positional parameter; `undefined` where it is not a short text. */
function firstText(params: string): string | undefined {
  const [, text] = /^\[\s{0,100}("(?:[^"\\]|\\.){0,100}")/.exec(params) ?? []
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Codes of errors after the loss of an engine, which the request overloaded. */
const LOST: ReadonlySet<string | number> = new Set([
  'OUT_OF_MEMORY',
  'ENGINE_FAILED',
  'WORKER_DIED',
])

/** Names of the exceeded limits. */
const WHOSE = { taken: 'this client', client: 'this client', all: 'all clients' }

const ALL_TOO_LARGE = 'the answers of the batch are too large; this request was not executed'
