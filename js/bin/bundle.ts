import { ANY, ITEMS } from '../src/options/rules.js'
import { type Fields, fields, list, required } from '../src/options/shape.js'

/** File of calls: a bundle of `parevm_simulate`, or the parameter of `wallet_sendCalls` (EIP-5792). */
export type Bundle = {
  calls: readonly BundleCall[]
  atomic?: boolean | undefined
  atomicRequired?: boolean | undefined
  from?: string | undefined
  chainId?: string | undefined
  abi?: readonly unknown[] | undefined
  /** Not read. */
  version?: string | undefined
  id?: string | undefined
  capabilities?: unknown
}

/** Call in the format of JSON-RPC transactions. */
export type BundleCall = { [field in (typeof CALL_FIELDS)[number]]?: unknown }

const CALL_FIELDS = [
  'from',
  'to',
  'value',
  'data',
  'input',
  'gas',
  'gasPrice',
  'maxFeePerGas',
  'maxPriorityFeePerGas',
  'maxFeePerBlobGas',
  'nonce',
  'chainId',
  'accessList',
  'type',
  'blobVersionedHashes',
  'blobCount',
  'authorizationList',
  'capabilities',
] as const

/** Shape of a file of calls. The node checks the values. */
export const BUNDLE: Fields = fields<Bundle>({
  calls: required(
    list(
      fields<BundleCall>(
        Object.fromEntries(CALL_FIELDS.map((field) => [field, ANY])) as Record<
          (typeof CALL_FIELDS)[number],
          typeof ANY
        >,
      ),
    ),
  ),
  atomic: ANY,
  atomicRequired: ANY,
  from: ANY,
  chainId: ANY,
  abi: ITEMS,
  version: ANY,
  id: ANY,
  capabilities: ANY,
})
