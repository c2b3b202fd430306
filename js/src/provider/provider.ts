import { InvalidParameterError } from '../error/InvalidParameterError.js'
import { EvmClosedError } from '../evm/close.js'
import type { NodeClient } from '../node/client.js'
import { EngineFailedError, OutOfMemoryError, WorkerDiedError } from '../pool/engine.js'
import { decodeJson } from '../rpc/decodeJson.js'
import type { Hex } from '../type/wire.js'
import { createWallet } from '../wallet/wallet.js'
import { createEmitter, type Emitter } from './emitter.js'
import { type ProviderRpcError, rpcError } from './rpcError.js'

/**
 * EIP-1193 provider with the methods of a wallet, for viem's `custom()`, ethers' `BrowserProvider` and wagmi's
 * `injected()`.
 */
export type Provider = {
  /**
   * Requests a JSON-RPC method.
   *
   * @throws {@link ProviderRpcError} with the code of EIP-1193 or of JSON-RPC, and its `data`.
   * @throws the signal's reason, once it is aborted. A change may have happened all the same: see
   * {@link NodeClient.Options}.
   */
  request<T = unknown>(request: Provider.Request, options?: NodeClient.Options): Promise<T>
  on<K extends keyof Provider.Listeners>(event: K, listener: Provider.Listeners[K]): Provider
  /** Adds a listener that is removed after one event. */
  once<K extends keyof Provider.Listeners>(event: K, listener: Provider.Listeners[K]): Provider
  removeListener<K extends keyof Provider.Listeners>(
    event: K,
    listener: Provider.Listeners[K],
  ): Provider
  /** Alias of `removeListener`. */
  off<K extends keyof Provider.Listeners>(event: K, listener: Provider.Listeners[K]): Provider
  /** Removes all listeners, or those of one event. */
  removeAllListeners(event?: keyof Provider.Listeners): Provider
}

export declare namespace Provider {
  type Request = {
    readonly method: string
    /** Positional. */
    readonly params?: unknown
  }
  type Listeners = {
    /** The provider is connected. Emitted once, soon after the first listener is added. */
    connect(info: { chainId: Hex }): void
    /** The engine was closed. */
    disconnect(error: ProviderRpcError): void
    chainChanged(chainId: Hex): void
    accountsChanged(accounts: Hex[]): void
    message(message: { type: 'eth_subscription'; data: Subscription }): void
  }
  /** Notification of a subscription. */
  type Subscription = { readonly subscription: Hex; readonly result: unknown }
}

/** Provider with the methods of its owner. */
export type ProviderHandle = {
  readonly provider: Provider
  /** Emits a notification: the `params` of an `eth_subscription`, in JSON. */
  notify(params: string): void
  /** Checks chain id and accounts after a method that changed the node. */
  changed(method: string): void
  /** Emits `disconnect`. */
  disconnect(): void
}

/** Returns a provider of `node`. */
export function createProvider(
  node: Pick<NodeClient, 'request' | 'requestText'>,
  { connected }: createWallet.Options = {},
): ProviderHandle {
  const emitter = createEmitter<Provider.Listeners>()
  const watch = watchIdentity(node, emitter, () => wallet.isConnected)
  const wallet = createWallet({
    node,
    connected,
    events: {
      onAccounts: (accounts) => emitter.emit('accountsChanged', accounts),
      onChain: watch.looked,
    },
  })
  const removeListener: Provider['removeListener'] = (event, listener) => {
    emitter.removeListener(event, listener)
    return provider
  }
  const provider: Provider = {
    async request<T>(request: Provider.Request, options?: NodeClient.Options) {
      const { method, params } = checked(request)
      try {
        return (await wallet.request(method, params ?? [], options)) as T
      } catch (error) {
        throw providerError(error)
      }
    },
    on(event, listener) {
      emitter.on(event, listener)
      watch.onListener(event)
      return provider
    },
    once(event, listener) {
      emitter.once(event, listener)
      watch.onListener(event)
      return provider
    },
    removeListener,
    off: removeListener,
    removeAllListeners(event) {
      emitter.removeAllListeners(event)
      return provider
    },
  }
  return {
    provider,
    notify: (params) =>
      emitter.emit('message', {
        type: 'eth_subscription',
        data: decodeJson(params) as Provider.Subscription,
      }),
    changed: watch.changed,
    disconnect: () => emitter.emit('disconnect', disconnected()),
  }
}

function checked(request: Provider.Request): Provider.Request {
  if (typeof request === 'object' && request !== null && typeof request.method === 'string')
    return request
  throw rpcError({ code: -32600, message: 'a request is an object with a `method`' })
}

/** Returns an error of the package as one of EIP-1193. Other errors, such as an abort reason, are unchanged. */
function providerError(error: unknown): unknown {
  if (error instanceof EvmClosedError) return disconnected(error)
  if (error instanceof EngineFailedError || error instanceof WorkerDiedError)
    return rpcError({ code: -32603, message: error.message }, error)
  if (error instanceof OutOfMemoryError)
    return rpcError({ code: -32005, message: error.message }, error)
  if (error instanceof InvalidParameterError)
    return rpcError({ code: -32602, message: error.message }, error)
  return error
}

function disconnected(cause?: EvmClosedError): ProviderRpcError {
  return rpcError({ code: 4900, message: 'The engine was closed.' }, cause)
}

/** Methods that may change the chain id or the accounts. */
const IDENTITY = /chainId|reset|revert|impersonat|loadState|account/i

/** Events that depend on chain id and accounts of the node. */
const IDENTITY_EVENTS: readonly (keyof Provider.Listeners)[] = [
  'connect',
  'chainChanged',
  'accountsChanged',
]

/** Emits chain id and accounts, and their changes, once there is a listener. */
function watchIdentity(
  node: Pick<NodeClient, 'request' | 'requestText'>,
  emitter: Emitter<Provider.Listeners>,
  isConnected: () => boolean,
) {
  let known: { chainId: Hex; accounts: Hex[] } | undefined
  let looked: Promise<void> | undefined

  const look = async () => {
    const before = known
    const chainId = await node.request<Hex>('eth_chainId')
    if (before === undefined) emitter.emit('connect', { chainId })
    else if (before.chainId !== chainId) emitter.emit('chainChanged', chainId)
    const accounts = await node.request<Hex[]>('eth_accounts')
    known = { chainId, accounts }
    const areOthers = before !== undefined && before.accounts.join() !== accounts.join()
    if (areOthers && isConnected()) emitter.emit('accountsChanged', accounts)
  }
  const lookAgain = () => {
    looked = (looked ?? Promise.resolve()).then(look).catch(() => {
      // The engine was closed or lost meanwhile: the next change looks again.
    })
  }
  return {
    /** Starts watching at the first listener of an event of the node's identity. */
    onListener(event: keyof Provider.Listeners) {
      if (looked === undefined && IDENTITY_EVENTS.includes(event)) lookAgain()
    },
    /** Checks chain id and accounts after a method that changed the node. */
    changed(method: string) {
      if (looked !== undefined && IDENTITY.test(method)) lookAgain()
    },
    /** Resolves when the events of all changes so far are emitted. */
    looked: async () => looked,
  }
}
