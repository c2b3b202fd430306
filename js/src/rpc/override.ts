import { InvalidParameterError } from '../error/InvalidParameterError.js'
import type { Hex } from '../type/wire.js'
import { quantity } from './quantity.js'

/** State overrides; viem's actions use either name. */
export type StateOverrides = {
  /** Overridden accounts. */
  readonly stateOverrides?: StateOverride | undefined
  /** Overridden accounts, under viem's other name; only one of the two may be given. */
  readonly stateOverride?: StateOverride | undefined
}

/** Overrides of state and block. */
export type Overrides = StateOverrides & {
  /** Overridden header fields. */
  readonly blockOverrides?: BlockOverrides | undefined
}

/** Overridden accounts, in viem's shape. */
export type StateOverride = readonly {
  readonly address: Hex
  /** Wei. */
  readonly balance?: bigint | undefined
  readonly nonce?: number | undefined
  readonly code?: Hex | undefined
  /** Whole storage: other slots are zero. */
  readonly state?: readonly StateOverride.Slot[] | undefined
  /** Changed slots: other slots keep their value. */
  readonly stateDiff?: readonly StateOverride.Slot[] | undefined
  /** New address of the precompile at `address`, which is free for other code then. */
  readonly movePrecompileToAddress?: Hex | undefined
}[]

export declare namespace StateOverride {
  /** Storage slot and its value, 32 bytes each. */
  type Slot = { readonly slot: Hex; readonly value: Hex }
}

/** Header fields that differ from those of the next block, in viem's shape. */
export type BlockOverrides = {
  readonly baseFeePerGas?: bigint | undefined
  readonly blobBaseFee?: bigint | undefined
  /** Address that receives the tips. */
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
 * Returns the state overrides, under either name.
 *
 * @param path - Path of the object in errors; empty for the parameters.
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
      throw new InvalidParameterError(`${account}.address`, 'unique', address)
    if (state !== undefined && stateDiff !== undefined)
      throw new InvalidParameterError(`${account}.stateDiff`, 'left out beside `state`', stateDiff)
    seen.add(address.toLowerCase())
  }
  return given
}

/** Returns state overrides as JSON-RPC spells them. */
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

function words(slots: readonly StateOverride.Slot[]): Record<Hex, Hex> {
  return Object.fromEntries(slots.map(({ slot, value }) => [slot, value]))
}

const QUANTITIES = ['baseFeePerGas', 'blobBaseFee', 'gasLimit', 'number', 'time'] as const

/** Returns block overrides as JSON-RPC spells them. */
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
