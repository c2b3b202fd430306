import type { Hex } from '../type/wire.js'

/** A transaction of a block, in viem's shape. Which fields there are depends on `type`. */
export type Transaction = LegacyTransaction | Eip2930Transaction | MarketTransaction

type Base = {
  hash: Hex
  blockHash: Hex
  blockNumber: bigint
  /** Position in the block, from zero. */
  transactionIndex: number
  from: Hex
  to: Hex | null
  /** What a message calls `data`. */
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

type Listed = {
  chainId: number
  yParity: number
  accessList: readonly { address: Hex; storageKeys: readonly Hex[] }[]
}

type Absent<K extends string> = { [Key in K]?: undefined }

/** Before EIP-2718. */
export type LegacyTransaction = Base & {
  type: 'legacy'
  chainId?: number | undefined
  gasPrice: bigint
} & Absent<'yParity' | 'accessList' | OfMarket | OfBlobs | 'authorizationList'>

/** With an access list. */
export type Eip2930Transaction = Base &
  Listed & { type: 'eip2930'; gasPrice: bigint } & Absent<OfMarket | OfBlobs | 'authorizationList'>

type OfMarket = 'maxFeePerGas' | 'maxPriorityFeePerGas'
type OfBlobs = 'maxFeePerBlobGas' | 'blobVersionedHashes'

/** With fees by EIP-1559. */
export type MarketTransaction = Base &
  Listed & { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint; gasPrice?: undefined } & (
    | ({ type: 'eip1559' } & Absent<OfBlobs | 'authorizationList'>)
    | ({
        type: 'eip4844'
        maxFeePerBlobGas: bigint
        blobVersionedHashes: readonly Hex[]
      } & Absent<'authorizationList'>)
    | ({ type: 'eip7702'; authorizationList: readonly SignedAuthorization[] } & Absent<OfBlobs>)
  )

export type SignedAuthorization = {
  address: Hex
  chainId: number
  nonce: number
  r: Hex
  s: Hex
  yParity: number
}

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
  // Since EIP-1559 `gasPrice` is what was paid, which a receipt tells.
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
