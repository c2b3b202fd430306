import type { Hex } from '../type/wire.js'
import { type Transaction, transactionOf } from './transaction.js'

/** Block, in viem's shape. */
export type RpcBlock = {
  number: bigint
  hash: Hex
  parentHash: Hex
  /** Seconds since the Unix epoch. */
  timestamp: bigint
  /** Wei per gas; `null` before London. */
  baseFeePerGas: bigint | null
  gasLimit: bigint
  gasUsed: bigint
  /** 0 before Cancun. */
  blobGasUsed: bigint
  /** 0 before Cancun. */
  excessBlobGas: bigint
  difficulty: bigint
  totalDifficulty: bigint | null
  miner: Hex
  mixHash: Hex
  nonce: Hex
  extraData: Hex
  logsBloom: Hex
  stateRoot: Hex
  transactionsRoot: Hex
  receiptsRoot: Hex
  sha3Uncles: Hex
  /** Bytes of the RLP. */
  size: bigint
  uncles: Hex[]
  /** Always empty, for viem's type. */
  sealFields: Hex[]
  /** Hashes, or full transactions where requested. */
  transactions: Hex[] | Transaction[]
  withdrawals?: RpcBlock.Withdrawal[] | undefined
  withdrawalsRoot?: Hex | undefined
  parentBeaconBlockRoot?: Hex | undefined
  requestsHash?: Hex | undefined
}

export declare namespace RpcBlock {
  /** Withdrawal from the consensus layer. Quantities are hex, as in viem; `amount` is in gwei. */
  type Withdrawal = { address: Hex; amount: Hex; index: Hex; validatorIndex: Hex }
}

/** Block as JSON-RPC spells it. */
export type WireBlock = Readonly<Record<string, unknown>> & {
  readonly transactions: readonly (Hex | Readonly<Record<string, unknown>>)[]
}

const QUANTITIES = [
  'number',
  'timestamp',
  'gasLimit',
  'gasUsed',
  'blobGasUsed',
  'excessBlobGas',
  'difficulty',
  'size',
] as const
const NULLABLE = ['baseFeePerGas', 'totalDifficulty'] as const

/** Returns a block in viem's shape. */
export function blockOf(wire: WireBlock): RpcBlock {
  const big = (field: string) => BigInt((wire[field] as Hex | undefined | null) ?? 0)
  const block: Record<string, unknown> = { ...wire, sealFields: [] }
  for (const field of QUANTITIES) block[field] = big(field)
  for (const field of NULLABLE) block[field] = wire[field] == null ? null : big(field)
  block.transactions = wire.transactions.map((one) =>
    typeof one === 'string' ? one : transactionOf(one),
  )
  return block as RpcBlock
}
