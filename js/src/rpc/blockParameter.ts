import { InvalidParameterError } from '../error/InvalidParameterError.js'
import type { Hex } from '../type/wire.js'
import { quantity } from './quantity.js'

/** Block whose state is used, in viem's shape: at most one of number, tag and hash. */
export type BlockParameter = {
  blockNumber?: bigint | undefined
  /** @default 'latest' */
  blockTag?: BlockParameter.Tag | undefined
  blockHash?: Hex | undefined
  /** Whether the block must be canonical; only with `blockHash`. */
  requireCanonical?: boolean | undefined
}

export declare namespace BlockParameter {
  type Tag = 'latest' | 'earliest' | 'pending' | 'safe' | 'finalized'
}

/** Returns the block as JSON-RPC spells it. */
export function blockParameter(parameters: BlockParameter): unknown {
  const { blockNumber, blockTag, blockHash, requireCanonical } = parameters
  const given = [blockNumber, blockTag, blockHash].filter((one) => one !== undefined)
  if (given.length > 1)
    throw new InvalidParameterError(
      'blockNumber',
      'left out beside `blockTag` or `blockHash`',
      blockNumber ?? blockTag,
    )
  if (requireCanonical !== undefined && blockHash === undefined)
    throw new InvalidParameterError(
      'requireCanonical',
      'left out without `blockHash`',
      requireCanonical,
    )
  if (blockHash !== undefined)
    return requireCanonical === undefined ? { blockHash } : { blockHash, requireCanonical }
  return blockNumber === undefined ? (blockTag ?? 'latest') : quantity(blockNumber)
}
