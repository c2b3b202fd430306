import { InvalidParameterError } from '../error/InvalidParameterError.js'
import type { Hex } from '../type/wire.js'
import { quantity } from './quantity.js'

/** Overrides of the state; viem's actions have either name for it. */
export type StateOverrides = {
  /** Accounts that are other than in the chain. */
  readonly stateOverrides?: StateOverride | undefined
  /** The same under another name; only one of the two may be given. */
  readonly stateOverride?: StateOverride | undefined
}

/** Overrides of the state, and of the block. */
export type Overrides = StateOverrides & {
  /** What is other about the block. */
  readonly blockOverrides?: BlockOverrides | undefined
}

/** Accounts that are other than in the chain, in viem's shape. */
export type StateOverride = readonly {
  readonly address: Hex
  /** Wei. */
  readonly balance?: bigint | undefined
  readonly nonce?: number | undefined
  readonly code?: Hex | undefined
  /** All slots; those that are not here are zero. */
  readonly state?: readonly StorageWord[] | undefined
  /** Some slots; the others are as they were. */
  readonly stateDiff?: readonly StorageWord[] | undefined
  /** Where the precompile of this address moves, so that the address is free for other code. */
  readonly movePrecompileToAddress?: Hex | undefined
}[]

/** A slot with its value: 32 bytes each. */
export type StorageWord = { readonly slot: Hex; readonly value: Hex }

/** What is other about a block than the next one would have, in viem's shape. */
export type BlockOverrides = {
  readonly baseFeePerGas?: bigint | undefined
  readonly blobBaseFee?: bigint | undefined
  /** Who gets the tips. */
  readonly feeRecipient?: Hex | undefined
  readonly gasLimit?: bigint | undefined
  readonly number?: bigint | undefined
  readonly prevRandao?: bigint | undefined
  /** Timestamp in seconds since the Unix epoch. */
  readonly time?: bigint | undefined
  readonly withdrawals?:
    | readonly {
        readonly address: Hex
        /** Gwei. */
        readonly amount: bigint
        readonly index: number
        readonly validatorIndex: number
      }[]
    | undefined
}

/**
 * Returns the overrides of the state, whichever name they have.
 *
 * @param path - What the caller knows the object as that has them; empty for the parameters.
 */
export function stateOverridesOf(
  { stateOverrides, stateOverride }: StateOverrides,
  path = '',
): StateOverride | undefined {
  const at = path === '' ? '' : `${path}.`
  if (stateOverrides !== undefined && stateOverride !== undefined)
    throw new InvalidParameterError(
      `${at}stateOverride`,
      'left out beside `stateOverrides`',
      stateOverride,
    )
  const given = stateOverrides ?? stateOverride
  const name = stateOverrides === undefined ? 'stateOverride' : 'stateOverrides'
  const seen = new Set<string>()
  for (const [index, { address, state, stateDiff }] of (given ?? []).entries()) {
    const account = `${at}${name}[${index}]`
    if (seen.has(address.toLowerCase()))
      throw new InvalidParameterError(`${account}.address`, 'named once', address)
    if (state !== undefined && stateDiff !== undefined)
      throw new InvalidParameterError(`${account}.stateDiff`, 'left out beside `state`', stateDiff)
    seen.add(address.toLowerCase())
  }
  return given
}

/** Returns overrides of the state as JSON-RPC spells them. */
export function stateOverride(accounts: StateOverride): Record<Hex, unknown> {
  const entries = accounts.map(({ address, balance, nonce, state, stateDiff, ...rest }) => [
    address,
    {
      ...rest,
      ...(balance === undefined ? {} : { balance: quantity(balance) }),
      ...(nonce === undefined ? {} : { nonce: quantity(nonce) }),
      ...(state === undefined ? {} : { state: words(state) }),
      ...(stateDiff === undefined ? {} : { stateDiff: words(stateDiff) }),
    },
  ])
  return Object.fromEntries(entries)
}

function words(slots: readonly StorageWord[]): Record<Hex, Hex> {
  return Object.fromEntries(slots.map(({ slot, value }) => [slot, value]))
}

const QUANTITIES = ['baseFeePerGas', 'blobBaseFee', 'gasLimit', 'number', 'time'] as const

/** Returns overrides of a block as JSON-RPC spells them. */
export function blockOverrides(block: BlockOverrides): Record<string, unknown> {
  const rpc: Record<string, unknown> = {}
  for (const field of QUANTITIES) {
    const value = block[field]
    if (value !== undefined) rpc[field] = quantity(value)
  }
  if (block.feeRecipient !== undefined) rpc.feeRecipient = block.feeRecipient
  if (block.prevRandao !== undefined)
    rpc.prevRandao = `0x${quantity(block.prevRandao).slice(2).padStart(64, '0')}`
  if (block.withdrawals !== undefined)
    rpc.withdrawals = block.withdrawals.map(({ address, amount, index, validatorIndex }) => ({
      address,
      amount: quantity(amount),
      index: quantity(index),
      validatorIndex: quantity(validatorIndex),
    }))
  return rpc
}
