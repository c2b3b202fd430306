import type { Hex } from '../type/wire.js'
import { quantity } from './quantity.js'

/** Unsigned transaction that may be incomplete, in viem's shape. */
export type TransactionRequest = {
  /** Sender; `from` takes precedence. @default the zero address */
  account?: Hex | { readonly address: Hex } | undefined
  /** Sender. */
  from?: Hex | undefined
  /** Receiver; left out or `null` for a contract creation, whose init code is `data`. */
  to?: Hex | null | undefined
  data?: Hex | undefined
  /** Transferred amount in wei. */
  value?: bigint | undefined
  /** Gas limit in gas units. */
  gas?: bigint | undefined
  /** Price of legacy and EIP-2930 transactions, in wei per gas. */
  gasPrice?: bigint | undefined
  /** Most to pay, base fee and tip, in wei per gas. */
  maxFeePerGas?: bigint | undefined
  /** Tip for the fee recipient, in wei per gas. */
  maxPriorityFeePerGas?: bigint | undefined
  /** Most to pay, in wei per blob gas. */
  maxFeePerBlobGas?: bigint | undefined
  nonce?: number | undefined
  /** `legacy`, `eip2930`, `eip1559`, `eip4844` or `eip7702`. @default derived from the other fields */
  type?: string | undefined
  accessList?:
    | readonly { readonly address: Hex; readonly storageKeys: readonly Hex[] }[]
    | undefined
  /** EIP-7702 authorizations. */
  authorizationList?: readonly TransactionRequest.Authorization[] | undefined
  /** Hashes of blobs. */
  blobVersionedHashes?: readonly Hex[] | undefined
}

export declare namespace TransactionRequest {
  /** EIP-7702 authorization, in viem's shape. */
  type Authorization = {
    readonly address: Hex
    readonly chainId: number
    readonly nonce: number
    readonly r?: Hex | undefined
    readonly s?: Hex | undefined
    readonly yParity?: number | undefined
    readonly v?: bigint | undefined
  }
}

/** Transaction types by viem's names. */
export const TYPES: Readonly<Record<string, Hex>> = {
  legacy: '0x0',
  eip2930: '0x1',
  eip1559: '0x2',
  eip4844: '0x3',
  eip7702: '0x4',
}

/** Returns a checked transaction as JSON-RPC spells it. */
export function transactionRequest(request: TransactionRequest): Record<string, unknown> {
  const rpc: Record<string, unknown> = {}
  const from = request.from ?? addressOf(request.account)
  if (from !== undefined) rpc.from = from
  for (const field of UNCHANGED) if (request[field] !== undefined) rpc[field] = request[field]
  for (const field of QUANTITIES) {
    const value = request[field]
    if (value !== undefined) rpc[field] = quantity(value)
  }
  if (request.type !== undefined) rpc.type = TYPES[request.type]
  if (request.authorizationList !== undefined)
    rpc.authorizationList = request.authorizationList.map(authorization)
  return rpc
}

const UNCHANGED = ['to', 'data', 'accessList', 'blobVersionedHashes'] as const
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

function authorization(one: TransactionRequest.Authorization): Record<string, unknown> {
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
