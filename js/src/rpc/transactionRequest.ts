import type { Hex } from '../type/wire.js'
import { quantity } from './quantity.js'

/** A transaction that may lack anything, in viem's shape. Nobody has to sign it. */
export type TransactionRequest = {
  /** Sender; {@link TransactionRequest.from} wins. @default the zero address */
  account?: Hex | { readonly address: Hex } | undefined
  /** Sender. */
  from?: Hex | undefined
  /** Receiver; left out or `null`, `data` is the code that creates a contract. */
  to?: Hex | null | undefined
  data?: Hex | undefined
  /** Wei that is sent along. */
  value?: bigint | undefined
  /** Gas units. */
  gas?: bigint | undefined
  /** Wei per gas, before EIP-1559. */
  gasPrice?: bigint | undefined
  /** Wei per gas, base fee and tip. */
  maxFeePerGas?: bigint | undefined
  /** Wei per gas, for who makes the block. */
  maxPriorityFeePerGas?: bigint | undefined
  /** Wei per blob gas. */
  maxFeePerBlobGas?: bigint | undefined
  nonce?: number | undefined
  /** `legacy`, `eip2930`, `eip1559`, `eip4844` or `eip7702`. @default what the other fields say */
  type?: string | undefined
  accessList?:
    | readonly { readonly address: Hex; readonly storageKeys: readonly Hex[] }[]
    | undefined
  /** Who lets whose code act in their name (EIP-7702). */
  authorizationList?: readonly Authorization[] | undefined
  /** Hashes of blobs, which need not be at hand. */
  blobVersionedHashes?: readonly Hex[] | undefined
}

/** An authorisation by EIP-7702, in viem's shape. */
export type Authorization = {
  readonly address: Hex
  readonly chainId: number
  readonly nonce: number
  readonly r?: Hex | undefined
  readonly s?: Hex | undefined
  readonly yParity?: number | undefined
  readonly v?: bigint | undefined
}

/** Types of transactions by viem's names. */
export const TYPES: Readonly<Record<string, Hex>> = {
  legacy: '0x0',
  eip2930: '0x1',
  eip1559: '0x2',
  eip4844: '0x3',
  eip7702: '0x4',
}

/** Returns a transaction, checked before, as JSON-RPC spells it. */
export function transactionRequest(request: TransactionRequest): Record<string, unknown> {
  const rpc: Record<string, unknown> = {}
  const from = request.from ?? addressOf(request.account)
  if (from !== undefined) rpc.from = from
  for (const field of AS_THEY_ARE) if (request[field] !== undefined) rpc[field] = request[field]
  for (const field of QUANTITIES) {
    const value = request[field]
    if (value !== undefined) rpc[field] = quantity(value)
  }
  if (request.type !== undefined) rpc.type = TYPES[request.type]
  if (request.authorizationList !== undefined)
    rpc.authorizationList = request.authorizationList.map(authorization)
  return rpc
}

const AS_THEY_ARE = ['to', 'data', 'accessList', 'blobVersionedHashes'] as const
const QUANTITIES = [
  'value',
  'gas',
  'gasPrice',
  'maxFeePerGas',
  'maxPriorityFeePerGas',
  'maxFeePerBlobGas',
  'nonce',
] as const

/** Returns the address of an account in either of viem's shapes. */
export function addressOf(account: TransactionRequest['account']): Hex | undefined {
  return typeof account === 'object' ? account.address : account
}

function authorization(one: Authorization): Record<string, unknown> {
  const { address, chainId, nonce, r, s, v } = one
  const yParity = one.yParity ?? (v === undefined ? undefined : Number(v < 27n ? v : v - 27n))
  return {
    address,
    chainId: quantity(chainId),
    nonce: quantity(nonce),
    ...(r === undefined ? {} : { r: quantity(BigInt(r)) }),
    ...(s === undefined ? {} : { s: quantity(BigInt(s)) }),
    ...(yParity === undefined ? {} : { yParity: quantity(yParity) }),
  }
}
