import { InvalidParameterError } from '../error/InvalidParameterError.js'
import type { NodeClient } from '../node/client.js'
import { rpcError } from '../provider/rpcError.js'
import type { Hex } from '../type/wire.js'
import { record } from './record.js'

/**
 * Chains of a wallet. All ids share one state: a dapp that switches to Base sees the same accounts and contracts under
 * the id of Base.
 */
export type Chains = {
  /** `wallet_switchEthereumChain` (EIP-3326): error 4902 for a chain that was not added. */
  switchTo(params: unknown): Promise<null>
  /** `wallet_addEthereumChain` (EIP-3085): switches to the chain, as MetaMask does. Its URLs are never requested. */
  add(params: unknown): Promise<null>
  /** Returns the current id. */
  current(): Promise<Hex>
  /** Returns the ids to switch to, the current one included. */
  known(): Promise<Hex[]>
}

/**
 * Returns the chains of one session.
 *
 * @param onChain - Called after a change of the chain id.
 */
export function createChains(
  node: Pick<NodeClient, 'request'>,
  onChain: () => Promise<void>,
): Chains {
  const added = new Set<Hex>()
  const current = () => node.request<Hex>('eth_chainId')
  const change = async (before: Hex, id: Hex) => {
    // The way back is open.
    added.add(before).add(id)
    if (before === id) return null
    await node.request('anvil_setChainId', [id])
    await onChain()
    return null
  }
  return {
    current,
    known: async () => [...new Set([await current(), ...added])],
    async switchTo(params) {
      const id = chainIdOf(record(params, 'params[0]').chainId)
      const before = await current()
      if (id === before || added.has(id)) return change(before, id)
      const message = `The chain ${id} is unknown: add it by wallet_addEthereumChain first.`
      throw rpcError({ code: 4902, message })
    },
    async add(params) {
      const given = record(params, 'params[0]')
      const id = chainIdOf(given.chainId)
      checkChain(given)
      return change(await current(), id)
    },
  }
}

/** Returns a chain id as a JSON-RPC quantity. Ids are safe integers. */
export function chainIdOf(value: unknown, path = 'params[0].chainId'): Hex {
  if (typeof value === 'string' && /^0x[1-9a-f][0-9a-f]*$/i.test(value)) {
    const id = BigInt(value)
    if (id <= BigInt(Number.MAX_SAFE_INTEGER)) return `0x${id.toString(16)}`
  }
  throw new InvalidParameterError(
    path,
    'a chain id in hexadecimal without leading zeros, below 2^53',
    value,
  )
}

/** Checks the optional fields of EIP-3085. */
function checkChain({ chainName, nativeCurrency, ...urls }: Record<string, unknown>): void {
  if (chainName !== undefined && typeof chainName !== 'string')
    throw new InvalidParameterError('params[0].chainName', 'a text', chainName)
  if (nativeCurrency !== undefined) {
    const { symbol, decimals } = record([nativeCurrency], 'params[0].nativeCurrency')
    if (typeof symbol !== 'string')
      throw new InvalidParameterError('params[0].nativeCurrency.symbol', 'a text', symbol)
    if (decimals !== 18)
      throw new InvalidParameterError('params[0].nativeCurrency.decimals', '18', decimals)
  }
  const { rpcUrls, blockExplorerUrls, iconUrls } = urls
  for (const [name, list] of Object.entries({ rpcUrls, blockExplorerUrls, iconUrls })) {
    const isList = Array.isArray(list) && list.every((url) => typeof url === 'string')
    if (list !== undefined && list !== null && !isList)
      throw new InvalidParameterError(`params[0].${name}`, 'a list of URLs', list)
  }
  if (Array.isArray(rpcUrls) && rpcUrls.length === 0)
    throw new InvalidParameterError('params[0].rpcUrls', 'a list of at least one URL', rpcUrls)
}
