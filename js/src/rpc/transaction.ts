import type { Hex } from '../type/wire.js'

/** Transaction of a block, in viem's shape. Its fields depend on `type`. */
export type Transaction = LegacyTransaction | Eip2930Transaction | FeeMarketTransaction

export declare namespace Transaction {
  /** Signed EIP-7702 authorization. */
  type Authorization = {
    address: Hex
    chainId: number
    nonce: number
    r: Hex
    s: Hex
    yParity: number
  }
}

type Base = {
  hash: Hex
  blockHash: Hex
  blockNumber: bigint
  /** Position in the block, from zero. */
  transactionIndex: number
  from: Hex
  to: Hex | null
  /** Call data. */
  input: Hex
  /** Wei. */
  value: bigint
  gas: bigint
  nonce: number
  r: Hex
  s: Hex
  v: bigint
  typeHex: Hex
}

type WithAccessList = {
  chainId: number
  yParity: number
  accessList: readonly { address: Hex; storageKeys: readonly Hex[] }[]
}

type Absent<K extends string> = { [Key in K]?: undefined }

/** Transaction without a type (before EIP-2718). */
type LegacyTransaction = Base & {
  type: 'legacy'
  chainId?: number | undefined
  gasPrice: bigint
} & Absent<'yParity' | 'accessList' | FeeMarketFields | BlobFields | 'authorizationList'>

/** Transaction with an access list (EIP-2930). */
type Eip2930Transaction = Base &
  WithAccessList & { type: 'eip2930'; gasPrice: bigint } & Absent<
    FeeMarketFields | BlobFields | 'authorizationList'
  >

type FeeMarketFields = 'maxFeePerGas' | 'maxPriorityFeePerGas'
type BlobFields = 'maxFeePerBlobGas' | 'blobVersionedHashes'

/** Transaction with fees by EIP-1559. */
type FeeMarketTransaction = Base &
  WithAccessList & { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint; gasPrice?: undefined } & (
    | ({ type: 'eip1559' } & Absent<BlobFields | 'authorizationList'>)
    | ({
        type: 'eip4844'
        maxFeePerBlobGas: bigint
        blobVersionedHashes: readonly Hex[]
      } & Absent<'authorizationList'>)
    | ({
        type: 'eip7702'
        authorizationList: readonly Transaction.Authorization[]
      } & Absent<BlobFields>)
  )

const TYPES = ['legacy', 'eip2930', 'eip1559', 'eip4844', 'eip7702']
const BIG = ['blockNumber', 'value', 'gas', 'gasPrice', 'v', 'blockTimestamp'] as const
const MARKET = ['maxFeePerGas', 'maxPriorityFeePerGas', 'maxFeePerBlobGas'] as const
const SMALL = ['transactionIndex', 'nonce', 'chainId', 'yParity'] as const

/** Returns a transaction in viem's shape. */
export function transactionOf(wire: Readonly<Record<string, unknown>>): Transaction {
  const number = Number(wire.type)
  const transaction: Record<string, unknown> = {
    ...wire,
    type: TYPES[number] ?? wire.type,
    typeHex: wire.type,
  }
  const convert = (fields: readonly string[], to: (value: string) => unknown) => {
    for (const field of fields) {
      const value = wire[field]
      if (typeof value === 'string') transaction[field] = to(value)
    }
  }
  convert([...BIG, ...MARKET], BigInt)
  convert(SMALL, Number)
  // Since EIP-1559 `gasPrice` is the effective price, which viem has in the receipt.
  if (number >= 2) delete transaction.gasPrice
  if (Array.isArray(wire.authorizationList))
    transaction.authorizationList = wire.authorizationList.map((one) => ({
      ...one,
      chainId: Number(one.chainId),
      nonce: Number(one.nonce),
      yParity: Number(one.yParity),
    }))
  return transaction as Transaction
}
