import { InvalidParameterError } from '../error/InvalidParameterError.js'
import type { NodeClient } from '../node/client.js'
import type { Hex } from '../type/wire.js'
import { randomUuid } from './randomUuid.js'
import type { createWallet } from './wallet.js'

/** Permission to see and use accounts (EIP-2255). The wallet grants every request. */
export type Permissions = {
  readonly isConnected: boolean
  /** `eth_accounts`: empty without the permission. */
  accounts(): Promise<Hex[]>
  /** `eth_requestAccounts` (EIP-1102). */
  connect(): Promise<Hex[]>
  /** `wallet_requestPermissions`. */
  request(params: unknown): Promise<Permissions.Permission[]>
  /** `wallet_getPermissions`. */
  list(): Promise<Permissions.Permission[]>
  /** `wallet_revokePermissions` (MIP-2). */
  revoke(params: unknown): Promise<null>
}

export declare namespace Permissions {
  type Permission = {
    readonly id: string
    /** Time of the grant in milliseconds since the Unix epoch. */
    readonly date: number
    /** Origin of the request. */
    readonly invoker: string
    readonly parentCapability: 'eth_accounts'
    readonly caveats: readonly [
      { readonly type: 'restrictReturnedAccounts'; readonly value: readonly Hex[] },
    ]
  }
}

/** Returns the permissions of one session. */
export function createPermissions(parameters: createPermissions.Parameters): Permissions {
  const { node, connected = true, events } = parameters
  const grant = () => ({ id: randomUuid(), date: Date.now() })
  let granted = connected ? grant() : undefined

  const accounts = async () => (granted === undefined ? [] : node.request<Hex[]>('eth_accounts'))
  const connect = async () => {
    const isNew = granted === undefined
    granted ??= grant()
    const visible = await accounts()
    if (isNew) events.onAccounts(visible)
    return visible
  }
  const list = async (): Promise<Permissions.Permission[]> => {
    if (granted === undefined) return []
    const caveats = [{ type: 'restrictReturnedAccounts', value: await accounts() }] as const
    return [{ ...granted, invoker: invoker(), parentCapability: 'eth_accounts', caveats }]
  }
  return {
    get isConnected() {
      return granted !== undefined
    },
    accounts,
    connect,
    list,
    async request(params) {
      checkNames(params)
      await connect()
      return list()
    },
    async revoke(params) {
      checkNames(params)
      if (granted !== undefined) {
        granted = undefined
        events.onAccounts([])
      }
      return null
    },
  }
}

export declare namespace createPermissions {
  type Parameters = {
    node: Pick<NodeClient, 'request'>
    connected?: boolean | undefined
    events: Pick<createWallet.Parameters['events'], 'onAccounts'>
  }
}

/** Checks that only `eth_accounts` is requested, without caveats. */
function checkNames(params: unknown): void {
  const [wanted]: unknown[] = Array.isArray(params) ? params : []
  const isObject = typeof wanted === 'object' && wanted !== null
  const names = isObject ? Object.keys(wanted) : []
  const caveats: unknown = isObject ? Reflect.get(wanted, 'eth_accounts') : undefined
  const isPlain =
    typeof caveats === 'object' && caveats !== null && Object.keys(caveats).length === 0
  if (names.length === 1 && isPlain) return
  throw new InvalidParameterError('params[0]', '{ eth_accounts: {} }', wanted)
}

/** Returns the origin of the page, or localhost outside of pages. */
function invoker(): string {
  const location: unknown = Reflect.get(globalThis, 'location')
  const origin = location instanceof Object ? Reflect.get(location, 'origin') : undefined
  return typeof origin === 'string' && origin !== 'null' ? origin : 'http://localhost'
}
