import type { Trace } from '../rpc/trace.js'
import type { Hex } from './wire.js'

/** Report on a bundle of calls. Amounts are in the smallest unit of their asset. */
export type Report = {
  /** `partial`: some calls failed and the others took effect. `failure`: nothing took effect. */
  status: 'success' | 'partial' | 'failure'
  /** Position of the first call that failed. */
  failedCall: number | null
  /** Failure of that call. */
  failure: Report.Failure | null
  /** Gas used by all executed calls, in gas units. */
  gasUsed: bigint
  /** Sum of the gas limits to sign the calls with; `null` where a call has none. */
  gasLimit: bigint | null
  /** Sum of the fees of the calls, in wei. */
  fee: bigint
  /** Changes of what accounts own since before the first call, fees excluded. */
  assetChanges: Report.AssetChange[]
  approvalChanges: Report.ApprovalChange[]
  stateDiff: Report.AccountDiff[]
  /** Metadata of the tokens of these changes, as the tokens themselves return it: do not trust it. */
  tokens: Record<Hex, Report.TokenMetadata>
  calls: Report.Call[]
}

export declare namespace Report {
  /** Report on one call. Changes are those since the previous call. */
  type Call = {
    /** `undone`: the call succeeded, and another one of its atomic bundle failed. */
    status: 'success' | 'failure' | 'undone' | 'notRun'
    failure: Failure | null
    returnData: Hex
    /** Gas used, in gas units. */
    gasUsed: bigint
    /** Gas limit to sign the call with, as `estimateGas` finds it; `null` where it fails, or no block has the gas. */
    gasLimit: bigint | null
    /**
     * Fee of gas and blobs in wei: at the price of the call, else at the base fee of the next block without a
     * tip.
     */
    fee: bigint
    /** Reasons why no block would accept the call as it is. It is executed all the same. */
    warnings: Warning[]
    /** Fee payments in wei: negative for the sender, positive for the fee recipient; the rest is burnt. */
    fees: { account: Hex; change: bigint }[]
    logs: { address: Hex; topics: Hex[]; data: Hex }[]
    assetChanges: AssetChange[]
    approvalChanges: ApprovalChange[]
    contractsCreated: ContractCreation[]
    stateDiff: AccountDiff[]
    /** Access list (EIP-2930), without sender, callee and precompiles. */
    accessList: { address: Hex; storageKeys: Hex[] }[]
    /** Accessed slots by account, those of reverted calls included. */
    storageTouched: { address: Hex; reads: Hex[]; writes: Hex[] }[]
    /** `null` where nothing was executed. */
    trace: Trace.CallFrame | null
  }

  type ContractCreation = {
    address: Hex
    creator: Hex
    by: 'CREATE' | 'CREATE2'
    /** Bytes. */
    codeSize: number
  }

  /** Reason why no block would accept a call. */
  type Warning = {
    /**
     * `nonce`: the sender has another nonce. `blockGas`, `transactionGas`, `triedGas`: the gas limit is above that
     * of a block, of a transaction (EIP-7825), or of the simulation. `gasLimit`: the call succeeds with no gas
     * limit that a block allows.
     */
    kind: 'nonce' | 'blockGas' | 'transactionGas' | 'triedGas' | 'gasLimit'
    message: string
  }

  /** Asset that an account can own. */
  type Asset =
    | { type: 'native' }
    | { type: 'erc20'; token: Hex }
    | { type: 'erc721' | 'erc1155' | 'erc6909'; token: Hex; tokenId: bigint }

  type TokenMetadata = { symbol: string | null; decimals: number | null }

  /** Change of one asset of one account. */
  type AssetChange = {
    account: Hex
    asset: Asset
    /** Balance as the token returns it; `null` where it returns none. 1 for the owner of an ERC-721 token. */
    before: bigint | null
    after: bigint | null
    change: bigint
    /** Change by the events of the token, where they differ from `change`. */
    claimed?: bigint | undefined
    /** False where the balances contradict the events: the token takes a fee, or lies. */
    agrees: boolean
  }

  /** Change of an approval. */
  type ApprovalChange = (
    | (Grant<bigint> & { type: 'erc20'; token: Hex; owner: Hex; spender: Hex })
    /** The zero address stands for no approval. */
    | (Grant<Hex> & { type: 'erc721'; token: Hex; tokenId: bigint })
    | (Grant<boolean> & { type: 'forAll'; token: Hex; owner: Hex; operator: Hex })
    | (Grant<bigint> & {
        type: 'erc6909'
        token: Hex
        tokenId: bigint
        owner: Hex
        spender: Hex
      })
    | (Grant<Permit2Grant> & {
        type: 'permit2'
        contract: Hex
        token: Hex
        owner: Hex
        spender: Hex
      })
  ) & {
    /** False where the contract contradicts its event. */
    agrees: boolean
  }

  /** Approval as the contract returns it; `null` where it returns none. */
  type Grant<T> = { before: T | null; after: T | null; claimed?: T | undefined }

  type Permit2Grant = {
    amount: bigint
    /** Seconds since the Unix epoch. */
    expiration: bigint
  }

  /** Change of one account, fees included. */
  type AccountDiff = {
    address: Hex
    /** Wei. */
    balance?: Change<bigint> | undefined
    nonce?: Change<number> | undefined
    code?: Change<Hex> | undefined
    storage?: ({ slot: Hex } & Change<Hex>)[] | undefined
    /** True where every slot that is not in `storage` became zero. */
    storageCleared?: boolean | undefined
  }

  type Change<T> = { before: T; after: T }

  /** Failure of a call. */
  type Failure = {
    /** `invalid`: no block can hold the call. */
    kind: 'reverted' | 'halted' | 'invalid'
    message: string
    /** Revert data. */
    data: Hex | null
    error: DecodedError | null
    /** Call frame in which the failure began. */
    innermost: {
      address: Hex | null
      /** Number of calls around it. */
      depth: number
      selector: Hex | null
      reason: string
      data: Hex | null
      error: DecodedError | null
    } | null
  }

  /** Revert data decoded by an ABI. */
  type DecodedError = {
    name: string
    signature: string
    /** Numbers are `bigint`, also in arrays and tuples, which are lists. */
    args: { name: string; type: string; value: unknown }[]
  }
}
