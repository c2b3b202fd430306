import type { NodeClient } from '../node/client.js'
import { rpcError } from '../provider/rpcError.js'
import type { Hex } from '../type/wire.js'
import { createCalls } from './calls.js'
import { createChains } from './chains.js'
import { createPermissions } from './permissions.js'
import { watchAsset } from './watchAsset.js'

/**
 * A wallet in front of a chain: one session, with its permission to see accounts, the chains that it
 * knows, and the bundles that were sent. None of this is part of the chain, so the node has no word of it.
 */
export type Wallet = {
  /** Whether accounts are visible and sign. */
  readonly isConnected: boolean
  /** Answers a method of the wallet, or asks the chain. */
  request(method: string, params: unknown, options?: NodeClient.Options): Promise<unknown>
}

/** Returns a wallet for the accounts of `node`. */
export function createWallet(parameters: createWallet.Parameters): Wallet {
  const { node, events } = parameters
  const permissions = createPermissions(parameters)
  const chains = createChains(node, events.onChain)
  const calls = createCalls({
    node,
    accounts: async () => {
      if (!permissions.isConnected) throw unauthorized()
      return permissions.accounts()
    },
    chains,
  })
  const methods = new Map<string, (params: unknown) => Promise<unknown>>([
    ['eth_accounts', permissions.accounts],
    ['eth_requestAccounts', permissions.connect],
    ['wallet_requestPermissions', permissions.request],
    ['wallet_getPermissions', permissions.list],
    ['wallet_revokePermissions', permissions.revoke],
    ['wallet_switchEthereumChain', chains.switchTo],
    ['wallet_addEthereumChain', chains.add],
    ['wallet_watchAsset', watchAsset],
    ['wallet_sendCalls', calls.send],
    ['wallet_getCallsStatus', calls.status],
    ['wallet_showCallsStatus', calls.show],
    ['wallet_getCapabilities', calls.capabilities],
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
     * Whether accounts are visible from the start. Otherwise `eth_accounts` is empty, and signing is error
     * 4100, until `eth_requestAccounts` or `wallet_requestPermissions` is asked. @default true
     */
    connected?: boolean | undefined
  }
  type Parameters = Options & {
    node: Pick<NodeClient, 'request'>
    events: {
      /** Called with the accounts that are visible from now on, before the request is answered. */
      onAccounts(accounts: Hex[]): void
      /** Called after the chain has another id; the request is answered when it resolves. */
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
  const message = 'No account is connected: ask eth_requestAccounts first.'
  return rpcError({ code: 4100, message })
}
