import { loadModule } from '../loader/loadModule.js'
import type { NodeClient } from '../node/client.js'
import { rpcError } from '../provider/rpcError.js'
import type { Hex } from '../type/wire.js'
import type { Calls } from './calls.js'
import { createChains } from './chains.js'
import { createPermissions } from './permissions.js'
import { watchAsset } from './watchAsset.js'

/**
 * Wallet session in front of a node: the permission to see accounts, the known chains, and the sent bundles. None of
 * this is part of the chain, so it is not in the node.
 */
export type Wallet = {
  /** Whether accounts are visible and sign. */
  readonly isConnected: boolean
  /** Answers a wallet method, or forwards the request to the node. */
  request(method: string, params: unknown, options?: NodeClient.Options): Promise<unknown>
}

/** Returns a wallet of the accounts of `node`. */
export function createWallet(parameters: createWallet.Parameters): Wallet {
  const { node, events } = parameters
  const permissions = createPermissions(parameters)
  const chains = createChains(node, events.onChain)
  const accounts = async () => {
    if (!permissions.isConnected) throw unauthorized()
    return permissions.accounts()
  }
  let loaded: Promise<Calls> | undefined
  /** Loads EIP-5792 with its first request: most pages have none. */
  const bundles =
    <K extends keyof Calls>(method: K) =>
    async (params: unknown) => {
      loaded ??= loadModule('parevm/calls', () => import('./calls.js')).then(({ createCalls }) =>
        createCalls({ node, accounts, chains }),
      )
      loaded.catch(() => {
        loaded = undefined
      })
      return (await loaded)[method](params)
    }
  const methods = new Map<string, (params: unknown) => Promise<unknown>>([
    ['eth_accounts', permissions.accounts],
    ['eth_requestAccounts', permissions.connect],
    ['wallet_requestPermissions', permissions.request],
    ['wallet_getPermissions', permissions.list],
    ['wallet_revokePermissions', permissions.revoke],
    ['wallet_switchEthereumChain', chains.switchTo],
    ['wallet_addEthereumChain', chains.add],
    ['wallet_watchAsset', watchAsset],
    ['wallet_sendCalls', bundles('send')],
    ['wallet_getCallsStatus', bundles('status')],
    ['wallet_showCallsStatus', bundles('show')],
    ['wallet_getCapabilities', bundles('capabilities')],
  ])
  return {
    get isConnected() {
      return permissions.isConnected
    },
    async request(method, params, options) {
      const own = methods.get(method)
      if (own !== undefined) {
        options?.signal?.throwIfAborted()
        return own(params)
      }
      if (SIGNS.has(method) && !permissions.isConnected) throw unauthorized()
      return node.request(method, params, options)
    },
  }
}

export declare namespace createWallet {
  type Options = {
    /**
     * Whether accounts are visible from the start. Otherwise `eth_accounts` is empty and signing is error 4100 until
     * `eth_requestAccounts` or `wallet_requestPermissions` is requested. @default true
     */
    connected?: boolean | undefined
  }
  type Parameters = Options & {
    node: Pick<NodeClient, 'request'>
    events: {
      /** Called with the newly visible accounts, before the request is answered. */
      onAccounts(accounts: Hex[]): void
      /** Called after a change of the chain id; the request is answered when it resolves. */
      onChain(): Promise<void>
    }
  }
}

/** Methods that use the key of an account. */
const SIGNS = new Set([
  'eth_sendTransaction',
  'eth_sendTransactionSync',
  'eth_sign',
  'eth_signTransaction',
  'eth_signTypedData',
  'eth_signTypedData_v4',
  'personal_sign',
])

function unauthorized() {
  const message = 'No account is connected: request eth_requestAccounts first.'
  return rpcError({ code: 4100, message })
}
