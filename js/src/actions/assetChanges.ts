import { freeAddress } from '../rpc/deployless.js'
import type { RpcLog } from '../rpc/log.js'
import type { StateOverride } from '../rpc/override.js'
import type { TransactionRequest } from '../rpc/transactionRequest.js'
import type { Hex } from '../type/wire.js'
import type { simulateBlocks } from './simulateBlocks.js'
import type { simulateCalls } from './simulateCalls.js'

const ETHER = `0x${'ee'.repeat(20)}` as const
const ZERO = `0x${'00'.repeat(20)}` as const

/** keccak256 of `Transfer(address,address,uint256)`, which ERC-20 and ERC-721 share. */
const TRANSFER = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'
const BALANCE_OF = '0x70a08231'
const DECIMALS = '0x313ce567'
const SYMBOL = '0x95d89b41'
const TOKEN_URI = '0xc87b56dd'

/** Gas limit of one probe, in gas units: a hostile token must not use up the gas of the others. */
const PROBE_GAS = 1_000_000n

/**
 * Returns the contracts that may be tokens whose balance of `account` changed: those with a Transfer log of the
 * account, and the callees, since WETH logs a deposit by another event.
 */
export function findAssets(
  account: Hex,
  logs: readonly RpcLog[],
  calls: readonly TransactionRequest[],
): Hex[] {
  const word = wordOf(account)
  const transfers = logs.filter(
    ({ topics }) => topics[0] === TRANSFER && (topics[1] === word || topics[2] === word),
  )
  const addresses = [...transfers.map(({ address }) => address), ...calls.map(({ to }) => to)]
  const lower = addresses.map((address) => address?.toLowerCase() as Hex | undefined)
  return [...new Set(lower)].filter(
    (address): address is Hex => address !== undefined && address !== ETHER && address !== ZERO,
  )
}

/**
 * Probes of balances and names around the calls.
 *
 * viem's asset changes are balances by `balanceOf`, those of NFT collections and unchanged tokens included, and fees
 * are part of the ETH balance. The report of `simulate` lists changes by token id, without fees and without unchanged
 * assets, so it does not hold these figures.
 */
export type AssetProbes = {
  /** Override that puts code at a free address which returns the ETH balance of the account. */
  prober: StateOverride
  /** Calls that return all balances: ETH, then the assets. */
  balances: { calls: TransactionRequest[] }
  /** Blocks to simulate after the calls: balances, then decimals, symbols and token URIs. */
  after: simulateBlocks.Block[]
  changes(
    before: readonly simulateBlocks.CallResult[],
    after: simulateBlocks.ReturnType,
  ): simulateCalls.AssetChange[]
}

/** Returns the probes of ETH and `assets` of `account`. */
export function assetProbes(
  account: Hex,
  assets: readonly Hex[],
  overrides: StateOverride,
): AssetProbes {
  const taken = [account, ...assets, ...overrides.map(({ address }) => address)]
  const address = freeAddress(taken)
  const prober = [{ address, code: balanceCode(account) }]
  const ask = (data: Hex) => ({ calls: assets.map((to) => ({ to, data, gas: PROBE_GAS })) })
  const balanceOf = ask(`${BALANCE_OF}${wordOf(account).slice(2)}`)
  const balances = { calls: [{ to: address, gas: PROBE_GAS }, ...balanceOf.calls] }
  // Probes pay no fee, also where `validation` makes calls pay.
  const free = { blockOverrides: { baseFeePerGas: 0n } }
  return {
    prober,
    balances,
    after: [
      { ...balances, ...free, stateOverrides: prober },
      { ...ask(DECIMALS), ...free },
      { ...ask(SYMBOL), ...free },
      { ...ask(`${TOKEN_URI}${'00'.repeat(32)}`), ...free },
    ],
    changes(before, [balancesAfter, decimals, symbols, uris]) {
      return [ETHER, ...assets].flatMap((asset, index) => {
        const post = balanceIn(balancesAfter?.calls[index])
        if (post === undefined) return []
        // A contract that the calls create returned nothing before.
        const pre = balanceIn(before[index]) ?? (before[index]?.data === '0x' ? 0n : undefined)
        if (pre === undefined) return []
        const value = { pre, post, diff: post - pre }
        if (index === 0) return [{ token: { address: asset, decimals: 18, symbol: 'ETH' }, value }]
        const places = balanceIn(decimals?.calls[index - 1])
        const isNft = textIn(uris?.calls[index - 1]) !== undefined
        const token = {
          address: asset,
          decimals: places === undefined && !isNft ? undefined : Number(places ?? 1n),
          symbol: textIn(symbols?.calls[index - 1]),
        }
        return [{ token, value }]
      })
    },
  }
}

/** Returns code that returns the ETH balance of `account`, in opcodes of Frontier: BALANCE, MSTORE, RETURN. */
function balanceCode(account: Hex): Hex {
  return `0x73${account.slice(2)}3160005260206000f3`
}

function wordOf(address: Hex): Hex {
  return `0x${address.slice(2).toLowerCase().padStart(64, '0')}`
}

/** Returns the word that a call returned; `undefined` where it failed or returned anything else. */
function balanceIn(call: simulateBlocks.CallResult | undefined): bigint | undefined {
  if (call?.status !== 'success' || call.data.length !== 2 + 64) return undefined
  return BigInt(call.data)
}

/** Returns the ABI-encoded string that a call returned; `undefined` where it failed or returned anything else. */
function textIn(call: simulateBlocks.CallResult | undefined): string | undefined {
  if (call?.status !== 'success') return undefined
  const digits = call.data.slice(2)
  const wordAt = (byte: number) => Number(`0x${digits.slice(byte * 2, byte * 2 + 64) || '0'}`)
  const start = wordAt(0)
  const length = wordAt(start)
  const text = digits.slice((start + 32) * 2, (start + 32 + length) * 2)
  if (length === 0 || text.length !== length * 2) return undefined
  const bytes = text.match(/../g)?.map((pair) => Number.parseInt(pair, 16)) ?? []
  return new TextDecoder().decode(Uint8Array.from(bytes))
}
