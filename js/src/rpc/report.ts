import type { Hex } from '../type/wire.js'
import { type CallFrame, traceOf } from './callTrace.js'

/** What the calls of a bundle do. Amounts are in the smallest unit. */
export type Report = {
  /** `partial`: some calls failed and the others happened. `failure`: nothing happened. */
  status: 'success' | 'partial' | 'failure'
  /** Position of the first call that failed. */
  failedCall: number | null
  /** Why that one failed. */
  failure: CallFailure | null
  /** Gas units of all calls that ran. */
  gasUsed: bigint
  /** Sum of the gas limits to sign the calls with; `null` where a call has none. */
  gasLimit: bigint | null
  /** Sum of the fees of the calls, in wei. */
  fee: bigint
  /** What accounts own more or less than before the first call, without fees. */
  assetChanges: AccountAssetChange[]
  approvalChanges: ApprovalChange[]
  stateDiff: AccountDiff[]
  /** What the tokens of these changes call themselves, which is whatever their authors chose. */
  tokens: Record<Hex, { symbol: string | null; decimals: number | null }>
  calls: CallReport[]
}

/** What one call does. Changes are those since the call before. */
export type CallReport = {
  /** `undone`: it went well, and another one of an atomic bundle failed. */
  status: 'success' | 'failure' | 'undone' | 'notRun'
  failure: CallFailure | null
  returnData: Hex
  /** Gas units. */
  gasUsed: bigint
  /** Gas limit to sign it with, as `estimateGas` finds it; `null` where it fails, or no block has the gas. */
  gasLimit: bigint | null
  /**
   * Wei that the gas it used costs, and its blobs: at the price that it offers, else at the base fee of the next
   * block, without a tip.
   */
  fee: bigint
  /** What keeps it from a block as it is. It is tried all the same. */
  warnings: CallWarning[]
  /** What it costs its sender, and gives to who makes the block, in wei; the rest is burnt. */
  fees: { account: Hex; change: bigint }[]
  logs: { address: Hex; topics: Hex[]; data: Hex }[]
  assetChanges: AccountAssetChange[]
  approvalChanges: ApprovalChange[]
  contractsCreated: {
    address: Hex
    creator: Hex
    by: 'CREATE' | 'CREATE2'
    /** Bytes. */
    codeSize: number
  }[]
  stateDiff: AccountDiff[]
  /** What it touches beside sender, callee and precompiles. */
  accessList: { address: Hex; storageKeys: Hex[] }[]
  /** Slots by account, also of calls that reverted. */
  storageTouched: { address: Hex; reads: Hex[]; writes: Hex[] }[]
  /** `null` where nothing ran. */
  trace: CallFrame | null
}

/** Something that keeps a call from a block. */
export type CallWarning = {
  /**
   * `nonce`: its sender has another one. `blockGas`, `transactionGas`, `triedGas`: it names more gas than a block
   * has, than a transaction may have (EIP-7825), or than it was tried with. `gasLimit`: it succeeds with no gas
   * limit that a block allows.
   */
  kind: 'nonce' | 'blockGas' | 'transactionGas' | 'triedGas' | 'gasLimit'
  message: string
}

/** Something that can be owned. */
export type Asset =
  | { type: 'native' }
  | { type: 'erc20'; token: Hex }
  | { type: 'erc721' | 'erc1155' | 'erc6909'; token: Hex; tokenId: bigint }

/** What one account owns more or less of one asset. */
export type AccountAssetChange = {
  account: Hex
  asset: Asset
  /** What the token itself says; `null` where it says nothing. Of ERC-721 1 for its owner. */
  before: bigint | null
  after: bigint | null
  change: bigint
  /** What its events say, where that is something else. */
  claimed?: bigint | undefined
  /** False when a token does not have what its events say: it takes a fee, or lies. */
  agrees: boolean
}

/** An approval that is another one than before. */
export type ApprovalChange = (
  | (Granted<bigint> & { type: 'erc20'; token: Hex; owner: Hex; spender: Hex })
  /** The zero address is nobody. */
  | (Granted<Hex> & { type: 'erc721'; token: Hex; tokenId: bigint })
  | (Granted<boolean> & { type: 'forAll'; token: Hex; owner: Hex; operator: Hex })
  | (Granted<bigint> & {
      type: 'erc6909'
      token: Hex
      tokenId: bigint
      owner: Hex
      spender: Hex
    })
  | (Granted<Permit2Grant> & {
      type: 'permit2'
      contract: Hex
      token: Hex
      owner: Hex
      spender: Hex
    })
) & {
  /** False when the contract does not say what its event says. */
  agrees: boolean
}

/** What the contract itself says; `null` where it says nothing. */
type Granted<T> = { before: T | null; after: T | null; claimed?: T | undefined }

export type Permit2Grant = {
  amount: bigint
  /** Seconds since the Unix epoch. */
  expiration: bigint
}

/** What is different of one account, fees included. */
export type AccountDiff = {
  address: Hex
  /** Wei. */
  balance?: Changed<bigint> | undefined
  nonce?: Changed<number> | undefined
  code?: Changed<Hex> | undefined
  storage?: ({ slot: Hex } & Changed<Hex>)[] | undefined
  /** True when the slots that are not in `storage` became zero. */
  storageCleared?: boolean | undefined
}

export type Changed<T> = { before: T; after: T }

/** Why a call failed. */
export type CallFailure = {
  /** `invalid`: no block can hold it. */
  kind: 'reverted' | 'halted' | 'invalid'
  message: string
  /** What a revert returned. */
  data: Hex | null
  error: DecodedError | null
  /** The call where it began. */
  innermost: {
    address: Hex | null
    /** Calls around it. */
    depth: number
    selector: Hex | null
    reason: string
    data: Hex | null
    error: DecodedError | null
  } | null
}

/** What a revert says. */
export type DecodedError = {
  name: string
  signature: string
  /** Numbers are `bigint`, also in lists and tuples, which are lists. */
  args: { name: string; type: string; value: unknown }[]
}

/** A report as JSON spells it. */
export type WireReport = Omit<Report, 'failure' | 'calls'> & { calls: WireCall[] }

/** The report of a call, in which a long `returnData` stands once. */
type WireCall = CallReport & {
  /** Where it stands once more: in `failure`, in its innermost call, and as the output of calls of `trace`. */
  repeatedOutput?: { failure: boolean; innermost: boolean; frames: number[] } | undefined
}

/** Returns a report in viem's manner. */
export function reportOf(wire: WireReport): Report {
  const calls = wire.calls.map(callOf)
  const failed = wire.failedCall === null ? undefined : calls[wire.failedCall]
  return {
    ...wire,
    failure: failed?.failure ?? null,
    ...gasOf(wire),
    assetChanges: wire.assetChanges.map(assetChangeOf),
    approvalChanges: wire.approvalChanges.map(approvalChangeOf),
    stateDiff: wire.stateDiff.map(accountDiffOf),
    calls,
  }
}

function callOf({ repeatedOutput, ...wire }: WireCall): CallReport {
  if (repeatedOutput !== undefined) putBack(wire, repeatedOutput)
  return {
    ...wire,
    failure: wire.failure && failureOf(wire.failure),
    ...gasOf(wire),
    fees: wire.fees.map(({ account, change }) => ({ account, change: signed(change) })),
    assetChanges: wire.assetChanges.map(assetChangeOf),
    approvalChanges: wire.approvalChanges.map(approvalChangeOf),
    stateDiff: wire.stateDiff.map(accountDiffOf),
    trace: wire.trace && (traceOf('callTracer', wire.trace) as CallFrame),
  }
}

/** Puts what a call returned wherever it stands. */
function putBack(call: CallReport, repeated: NonNullable<WireCall['repeatedOutput']>): void {
  const { returnData, failure, trace } = call
  if (failure !== null) {
    if (repeated.failure) failure.data = returnData
    if (repeated.innermost && failure.innermost !== null) failure.innermost.data = returnData
  }
  const frames = new Set(repeated.frames)
  const pending = trace === null ? [] : [trace]
  for (let position = 0, frame = pending.pop(); frame; frame = pending.pop(), position++) {
    if (frames.has(position)) frame.output = returnData
    for (const inner of [...(frame.calls ?? [])].reverse()) pending.push(inner)
  }
}

/** Returns the gas and the fee of a call, or of all. */
function gasOf({ gasUsed, gasLimit, fee }: Pick<Report, 'gasUsed' | 'gasLimit' | 'fee'>) {
  return {
    gasUsed: BigInt(gasUsed),
    gasLimit: gasLimit === null ? null : BigInt(gasLimit),
    fee: BigInt(fee),
  }
}

function assetChangeOf(wire: AccountAssetChange): AccountAssetChange {
  const { asset, before, after, change, claimed } = wire
  return {
    ...wire,
    asset: 'tokenId' in asset ? { ...asset, tokenId: BigInt(asset.tokenId) } : asset,
    before: before === null ? null : BigInt(before),
    after: after === null ? null : BigInt(after),
    change: signed(change),
    ...(claimed === undefined ? {} : { claimed: signed(claimed) }),
  }
}

function approvalChangeOf(wire: ApprovalChange): ApprovalChange {
  const grants = Object.entries(wire).map(([key, value]) => {
    if (key === 'tokenId') return [key, BigInt(value as Hex)]
    if (key === 'before' || key === 'after' || key === 'claimed')
      return [key, grantOf(wire.type, value)]
    return [key, value]
  })
  return Object.fromEntries(grants)
}

function grantOf(type: ApprovalChange['type'], wire: unknown): unknown {
  if (wire === null) return null
  if (type === 'erc20' || type === 'erc6909') return BigInt(wire as Hex)
  if (type !== 'permit2') return wire
  const { amount, expiration } = wire as Permit2Grant
  return { amount: BigInt(amount), expiration: BigInt(expiration) }
}

function accountDiffOf(wire: AccountDiff): AccountDiff {
  const { balance, nonce } = wire
  return {
    ...wire,
    ...(balance === undefined
      ? {}
      : { balance: { before: BigInt(balance.before), after: BigInt(balance.after) } }),
    ...(nonce === undefined
      ? {}
      : { nonce: { before: Number(nonce.before), after: Number(nonce.after) } }),
  }
}

function failureOf(wire: CallFailure): CallFailure {
  const { error, innermost } = wire
  return {
    ...wire,
    error: error && errorOf(error),
    innermost: innermost && { ...innermost, error: innermost.error && errorOf(innermost.error) },
  }
}

function errorOf(wire: DecodedError): DecodedError {
  const args = wire.args.map((arg) => ({ ...arg, value: argumentOf(arg.type, arg.value) }))
  return { ...wire, args }
}

/** Returns a value of a type of Solidity with its numbers as `bigint`. */
function argumentOf(type: string, wire: unknown): unknown {
  if (/^u?int\d*$/.test(type)) return signed(wire)
  if (!Array.isArray(wire)) return wire
  if (type.endsWith(']')) {
    const item = type.slice(0, type.lastIndexOf('['))
    return wire.map((value) => argumentOf(item, value))
  }
  const types = membersOf(type)
  return wire.map((value, index) => argumentOf(types[index] ?? '', value))
}

/** Returns the types in a tuple, `(uint256,(address,bool)[])`. */
function membersOf(tuple: string): string[] {
  const types = ['']
  let depth = 0
  for (const char of tuple.slice(1, -1)) {
    if (char === '(') depth += 1
    if (char === ')') depth -= 1
    if (char === ',' && depth === 0) types.push('')
    else types.push(`${types.pop() ?? ''}${char}`)
  }
  return types
}

/** Returns a quantity that may have a sign: `0x5`, `-0x5`. */
function signed(wire: unknown): bigint {
  const text = String(wire)
  return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text)
}
