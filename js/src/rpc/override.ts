import { InvalidParameterError } from '../error/InvalidParameterError.js'
import type { Hex } from '../type/wire.js'
import { quantity } from './quantity.js'

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

/** Returns overrides of the state as JSON-RPC spells them. */
export function stateOverride(accounts: StateOverride, path: string): Record<Hex, unknown> {
  const rpc: Record<Hex, unknown> = {}
  for (const [index, account] of accounts.entries()) {
    const { address, balance, nonce, state, stateDiff, ...rest } = account
    const at = `${path}[${index}]`
    if (address in rpc) throw new InvalidParameterError(`${at}.address`, 'named once', address)
    if (state !== undefined && stateDiff !== undefined)
      throw new InvalidParameterError(`${at}.stateDiff`, 'left out beside `state`', stateDiff)
    rpc[address] = {
      ...rest,
      ...(balance === undefined ? {} : { balance: quantity(`${at}.balance`, balance) }),
      ...(nonce === undefined ? {} : { nonce: quantity(`${at}.nonce`, nonce) }),
      ...(state === undefined ? {} : { state: words(state) }),
      ...(stateDiff === undefined ? {} : { stateDiff: words(stateDiff) }),
    }
  }
  return rpc
}

function words(slots: readonly StorageWord[]): Record<Hex, Hex> {
  return Object.fromEntries(slots.map(({ slot, value }) => [slot, value]))
}

const QUANTITIES = ['baseFeePerGas', 'blobBaseFee', 'gasLimit', 'number', 'time'] as const

/** Returns overrides of a block as JSON-RPC spells them. */
export function blockOverrides(block: BlockOverrides, path: string): Record<string, unknown> {
  const rpc: Record<string, unknown> = {}
  for (const field of QUANTITIES) {
    const value = block[field]
    if (value !== undefined) rpc[field] = quantity(`${path}.${field}`, value)
  }
  if (block.feeRecipient !== undefined) rpc.feeRecipient = block.feeRecipient
  if (block.prevRandao !== undefined) {
    const digits = quantity(`${path}.prevRandao`, block.prevRandao).slice(2)
    rpc.prevRandao = `0x${digits.padStart(64, '0')}`
  }
  if (block.withdrawals !== undefined)
    rpc.withdrawals = block.withdrawals.map((withdrawal, index) => {
      const at = `${path}.withdrawals[${index}]`
      return {
        address: withdrawal.address,
        amount: quantity(`${at}.amount`, withdrawal.amount),
        index: quantity(`${at}.index`, withdrawal.index),
        validatorIndex: quantity(`${at}.validatorIndex`, withdrawal.validatorIndex),
      }
    })
  return rpc
}
