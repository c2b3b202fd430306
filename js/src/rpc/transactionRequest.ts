import { InvalidParameterError } from '../error/InvalidParameterError.js'
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

/** Fields that change what is run, with what to use where nobody has put `data` or hashes in their place. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  abi: 'left out: encode the call into `data`',
  blobs: 'left out: give `blobVersionedHashes`',
  code: 'left out: `call` takes it',
  dataSuffix: 'left out: append it to `data`',
  factory: 'left out: `call` takes it',
  factoryData: 'left out: `call` takes it',
}

const TYPES: Readonly<Record<string, Hex>> = {
  legacy: '0x0',
  eip2930: '0x1',
  eip1559: '0x2',
  eip4844: '0x3',
  eip7702: '0x4',
}

/**
 * Returns a transaction as JSON-RPC spells it.
 *
 * @param path - What the caller knows the transaction as, for errors; empty for the parameters.
 * @throws {@link InvalidParameterError} that names the field.
 */
export function transactionRequest(
  request: TransactionRequest,
  path = '',
): Record<string, unknown> {
  const at = (field: string) => (path === '' ? field : `${path}.${field}`)
  for (const [field, expected] of Object.entries(ELSEWHERE)) {
    const value = Reflect.get(request, field)
    if (value !== undefined) throw new InvalidParameterError(at(field), expected, value)
  }
  const rpc: Record<string, unknown> = {}
  const from = request.from ?? addressOf(request.account)
  if (from !== undefined) rpc.from = from
  for (const field of AS_THEY_ARE) if (request[field] !== undefined) rpc[field] = request[field]
  for (const field of QUANTITIES) {
    const value = request[field]
    if (value !== undefined) rpc[field] = quantity(at(field), value)
  }
  if (request.type !== undefined) {
    const type = TYPES[request.type]
    const names = Object.keys(TYPES).join(', ')
    if (type === undefined)
      throw new InvalidParameterError(at('type'), `one of ${names}`, request.type)
    rpc.type = type
  }
  if (request.authorizationList !== undefined)
    rpc.authorizationList = request.authorizationList.map((one, index) =>
      authorization(one, at(`authorizationList[${index}]`)),
    )
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

function authorization(one: Authorization, path: string): Record<string, unknown> {
  const { address, chainId, nonce, r, s, v } = one
  const yParity = one.yParity ?? (v === undefined ? undefined : Number((v + 1n) % 2n))
  return {
    address,
    chainId: quantity(`${path}.chainId`, chainId),
    nonce: quantity(`${path}.nonce`, nonce),
    ...(r === undefined ? {} : { r: quantity(`${path}.r`, BigInt(r)) }),
    ...(s === undefined ? {} : { s: quantity(`${path}.s`, BigInt(s)) }),
    ...(yParity === undefined ? {} : { yParity: quantity(`${path}.yParity`, yParity) }),
  }
}
