import { InvalidParameterError } from '../error/InvalidParameterError.js'
import type { NodeClient } from '../node/client.js'
import { ProviderRpcError, rpcError } from '../provider/rpcError.js'
import type { Hex } from '../type/wire.js'
import { callsStatus } from './callsStatus.js'
import { type Chains, chainIdOf } from './chains.js'
import { randomUuid } from './randomUuid.js'
import { type Request, readRequest } from './sendCallsRequest.js'

/**
 * Bundles of calls (EIP-5792, version 2.0.0). Each call is a transaction, so a bundle is not atomic: calls are sent in
 * order, up to the first that fails.
 */
export type Calls = {
  /** `wallet_sendCalls`. */
  send(params: unknown): Promise<{ id: string }>
  /** `wallet_getCallsStatus`. */
  status(params: unknown): Promise<callsStatus.ReturnType>
  /** `wallet_showCallsStatus`: there is no screen to show it on. */
  show(params: unknown): Promise<null>
  /** `wallet_getCapabilities`. */
  capabilities(params: unknown): Promise<Record<Hex, Calls.Capabilities>>
}

export declare namespace Calls {
  type Capabilities = { readonly atomic: { readonly status: 'unsupported' } }
  /** Sent bundle. */
  type Bundle = {
    readonly id: string
    readonly chainId: Hex
    /** Number of calls in the request. */
    readonly count: number
    /** Hashes of the sent transactions. */
    readonly hashes: readonly Hex[]
  }
}

/** Returns the bundles of one session. */
export function createCalls({ node, accounts, chains }: createCalls.Parameters): Calls {
  const bundles = new Map<string, Calls.Bundle>()
  /** Ids of bundles in transmission. */
  const taken = new Set<string>()

  const find = (params: unknown) => {
    const id: unknown = Array.isArray(params) ? params[0] : undefined
    if (typeof id !== 'string')
      throw new InvalidParameterError('params[0]', 'the id of a bundle', id)
    const bundle = bundles.get(id)
    if (bundle !== undefined) return bundle
    throw rpcError({ code: 5730, message: `There is no bundle ${id}.` })
  }
  const allowed = async (address: Hex | undefined) => {
    const own = await accounts()
    const account = own.find((one) => address === undefined || sameAddress(one, address))
    if (account !== undefined) return account
    throw rpcError({ code: 4100, message: `The account ${address} is not connected.` })
  }

  const sendAll = async (from: Hex, { calls }: Request): Promise<Hex[]> => {
    const hashes: Hex[] = []
    for (const call of calls) {
      try {
        hashes.push(await sendOne(node, { ...call, from }))
      } catch (error) {
        // Nothing was sent, so the whole request fails.
        if (hashes.length === 0 || !(error instanceof ProviderRpcError)) throw error
        break
      }
      if ((await receiptOf(node, hashes.at(-1)))?.status === '0x0') break
    }
    return hashes
  }

  return {
    async send(params) {
      const request = readRequest(params)
      const from = await allowed(request.from)
      if (request.chainId !== (await chains.current()))
        throw rpcError({
          code: 5710,
          message: `The wallet is not on the chain ${request.chainId}.`,
        })
      if (request.atomicRequired)
        throw rpcError({
          code: 5760,
          message: 'Atomic bundles are not supported: each call is a transaction.',
        })
      const { id = `0x${randomUuid().replaceAll('-', '')}`, chainId, calls } = request
      if (bundles.has(id) || taken.has(id))
        throw rpcError({ code: 5720, message: `There is a bundle ${id} already.` })
      taken.add(id)
      try {
        const hashes = await sendAll(from, request)
        bundles.set(id, { id, chainId, count: calls.length, hashes })
      } finally {
        taken.delete(id)
      }
      return { id }
    },
    status: async (params) => callsStatus(node, find(params)),
    async show(params) {
      find(params)
      return null
    },
    async capabilities(params) {
      const [address, ids]: unknown[] = Array.isArray(params) ? params : []
      if (address !== undefined && address !== null && typeof address !== 'string')
        throw new InvalidParameterError('params[0]', 'an address', address)
      await allowed((address ?? undefined) as Hex | undefined)
      if (ids !== undefined && ids !== null && !Array.isArray(ids))
        throw new InvalidParameterError('params[1]', 'a list of chain ids', ids)
      const wanted = ids?.map((id, index) => chainIdOf(id, `params[1][${index}]`))
      const known = await chains.known()
      const shown = known.filter((id) => wanted === undefined || wanted.includes(id))
      return Object.fromEntries(shown.map((id) => [id, { atomic: { status: 'unsupported' } }]))
    },
  }
}

export declare namespace createCalls {
  type Parameters = {
    node: Pick<NodeClient, 'request'>
    /** Returns the connected accounts. Rejects where none is connected. */
    accounts(): Promise<Hex[]>
    chains: Pick<Chains, 'current' | 'known'>
  }
}

/** Gas limit of a failing call, so that it is mined: that of a transaction by EIP-7825. */
const MOST_GAS = 2n ** 24n

/** Sends a call, even one that fails. */
async function sendOne(
  node: Pick<NodeClient, 'request'>,
  call: Request.Call & { from: Hex },
): Promise<Hex> {
  const gas = await gasOf(node, call)
  return node.request('eth_sendTransaction', [{ ...call, gas }])
}

/** Returns the gas estimate; where the call fails, the gas limit of a transaction. */
async function gasOf(node: Pick<NodeClient, 'request'>, call: object): Promise<Hex> {
  try {
    return await node.request<Hex>('eth_estimateGas', [call])
  } catch (error) {
    if (!(error instanceof ProviderRpcError)) throw error
    const block = await node.request<{ gasLimit: Hex }>('eth_getBlockByNumber', ['latest', false])
    const limit = BigInt(block.gasLimit)
    return `0x${(limit < MOST_GAS ? limit : MOST_GAS).toString(16)}`
  }
}

function receiptOf(node: Pick<NodeClient, 'request'>, hash: Hex | undefined) {
  return node.request<{ status: Hex } | null>('eth_getTransactionReceipt', [hash])
}

function sameAddress(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}
