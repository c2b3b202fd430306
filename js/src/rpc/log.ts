import type { Hex } from '../type/wire.js'

/** Log of a call, in viem's shape. */
export type RpcLog = {
  address: Hex
  /** Event signature and up to three indexed words, or none. */
  topics: [Hex, ...Hex[]] | []
  data: Hex
  blockHash: Hex
  blockNumber: bigint
  /** Seconds since the Unix epoch. */
  blockTimestamp?: bigint | undefined
  transactionHash: Hex
  transactionIndex: number
  /** Position in the block, from zero. */
  logIndex: number
  removed: boolean
}

/** Log as JSON-RPC spells it. */
export type WireLog = {
  [K in keyof RpcLog]: RpcLog[K] extends bigint | number | undefined ? Hex : RpcLog[K]
}

/** Returns a log in viem's shape. */
export function logOf(wire: WireLog): RpcLog {
  const { blockTimestamp, ...rest } = wire
  return {
    ...rest,
    blockNumber: BigInt(wire.blockNumber),
    ...(blockTimestamp === undefined ? {} : { blockTimestamp: BigInt(blockTimestamp) }),
    transactionIndex: Number(wire.transactionIndex),
    logIndex: Number(wire.logIndex),
  }
}
