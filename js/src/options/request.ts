import type { simulate } from '../actions/simulate.js'
import type { BlobRequest } from '../rpc/blobHashes.js'
import type { BlockParameter } from '../rpc/blockParameter.js'
import type { Encodable } from '../rpc/contractCall.js'
import type { Deployless } from '../rpc/deployless.js'
import type { BlockOverrides, Overrides, StateOverride } from '../rpc/override.js'
import type { TransactionRequest } from '../rpc/transactionRequest.js'
import {
  ABI,
  ADDRESS,
  ANY,
  BOOLEAN,
  BYTES,
  FUNCTION,
  HEX,
  ITEMS,
  oneOf,
  orNull,
  TEXT,
  UINT64,
  UINT128,
  UINT256,
  WORD,
  whole,
} from './rules.js'
import {
  either,
  type Fields,
  type FieldsOf,
  fields,
  type List,
  list,
  open,
  required,
  rule,
} from './shape.js'

const withdrawal: Fields = fields<NonNullable<BlockOverrides['withdrawals']>[number]>({
  address: required(ADDRESS),
  amount: required(UINT64),
  index: required(UINT64),
  validatorIndex: required(UINT64),
})

const storageSlot: Fields = fields<StateOverride.Slot>({
  slot: required(WORD),
  value: required(WORD),
})

/** Overrides of state and block. */
export const OVERRIDES: FieldsOf<Overrides> = overrides()

function overrides(): FieldsOf<Overrides> {
  const accounts = list(
    fields<StateOverride[number]>({
      address: required(ADDRESS),
      balance: UINT256,
      nonce: UINT64,
      code: BYTES,
      state: list(storageSlot),
      stateDiff: list(storageSlot),
      movePrecompileToAddress: ADDRESS,
    }),
  )
  return {
    stateOverride: accounts,
    stateOverrides: accounts,
    blockOverrides: fields<BlockOverrides>({
      baseFeePerGas: UINT64,
      blobBaseFee: UINT128,
      feeRecipient: ADDRESS,
      gasLimit: UINT64,
      number: UINT64,
      prevRandao: UINT256,
      time: UINT64,
      withdrawals: list(withdrawal),
    }),
  }
}

/** Block whose state is used. */
export const BLOCK: FieldsOf<BlockParameter> = {
  blockNumber: UINT64,
  blockTag: oneOf('latest', 'earliest', 'pending', 'safe', 'finalized'),
  blockHash: WORD,
  requireCanonical: BOOLEAN,
}

const signature = {
  r: HEX,
  s: HEX,
  yParity: whole(0, 1),
  v: rule('0n, 1n, 27n or 28n', (value) => [0n, 1n, 27n, 28n].includes(value as bigint)),
}

const authorization: Fields = fields<TransactionRequest.Authorization>({
  address: required(ADDRESS),
  chainId: required(UINT256),
  nonce: required(UINT64),
  ...signature,
})

/** EIP-7702 authorizations, signed or not. */
export const AUTHORIZATIONS: List = list({
  kind: 'byKey',
  key: 'authority',
  has: fields<simulate.UnsignedAuthorization>({
    address: required(ADDRESS),
    authority: required(ADDRESS),
    chainId: UINT256,
    nonce: UINT64,
  }),
  lacks: authorization,
})

/** Unsigned transaction that may be incomplete. */
export const TRANSACTION: FieldsOf<TransactionRequest> = {
  account: either(ADDRESS, open({ address: required(ADDRESS) })),
  from: ADDRESS,
  to: orNull(ADDRESS),
  data: BYTES,
  value: UINT256,
  gas: UINT64,
  gasPrice: UINT128,
  maxFeePerGas: UINT128,
  maxPriorityFeePerGas: UINT128,
  maxFeePerBlobGas: UINT128,
  nonce: UINT64,
  type: oneOf('legacy', 'eip2930', 'eip1559', 'eip4844', 'eip7702'),
  accessList: list(
    fields<NonNullable<TransactionRequest['accessList']>[number]>({
      address: required(ADDRESS),
      storageKeys: required(list(WORD)),
    }),
  ),
  authorizationList: list(authorization),
  blobVersionedHashes: list(WORD),
}

/** Blobs of a transaction. */
export const BLOBS: FieldsOf<BlobRequest> = {
  blobs: ITEMS,
  kzg: open({ blobToKzgCommitment: required(FUNCTION) }),
  sidecars: list(open({ commitment: required(ANY) })),
  blobVersionedHashes: list(WORD),
}

/** Contract that is not deployed. */
export const DEPLOYLESS: FieldsOf<Deployless> = {
  code: BYTES,
  factory: ADDRESS,
  factoryData: BYTES,
}

/** Fields in place of `data`, and its suffix. */
export const ENCODABLE: FieldsOf<Encodable> = {
  abi: ABI,
  functionName: TEXT,
  args: ITEMS,
  dataSuffix: BYTES,
}
