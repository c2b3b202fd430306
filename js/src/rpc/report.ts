import type { Report } from '../type/report.js'
import type { Hex } from '../type/wire.js'
import { type Trace, traceOf } from './trace.js'

/** Report as JSON-RPC spells it. */
export type WireReport = Omit<Report, 'failure' | 'calls'> & { calls: WireCall[] }

/** Report on a call, which holds a long `returnData` once. */
type WireCall = Report.Call & {
  /** Places to restore it: `failure`, its innermost call, and the frames of `trace` with that output. */
  repeatedOutput?: { failure: boolean; innermost: boolean; frames: number[] } | undefined
}

/** Returns a report with bigint quantities. */
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

function callOf({ repeatedOutput, ...wire }: WireCall): Report.Call {
  if (repeatedOutput !== undefined) restoreOutput(wire, repeatedOutput)
  return {
    ...wire,
    failure: wire.failure && failureOf(wire.failure),
    ...gasOf(wire),
    fees: wire.fees.map(({ account, change }) => ({ account, change: signed(change) })),
    assetChanges: wire.assetChanges.map(assetChangeOf),
    approvalChanges: wire.approvalChanges.map(approvalChangeOf),
    stateDiff: wire.stateDiff.map(accountDiffOf),
    trace: wire.trace && (traceOf('callTracer', wire.trace) as Trace.CallFrame),
  }
}

/** Restores the return data of a call in its failure and trace. */
function restoreOutput(call: Report.Call, repeated: NonNullable<WireCall['repeatedOutput']>): void {
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

/** Returns gas and fee of a call or of a bundle. */
function gasOf({ gasUsed, gasLimit, fee }: Pick<Report, 'gasUsed' | 'gasLimit' | 'fee'>) {
  return {
    gasUsed: BigInt(gasUsed),
    gasLimit: gasLimit === null ? null : BigInt(gasLimit),
    fee: BigInt(fee),
  }
}

function assetChangeOf(wire: Report.AssetChange): Report.AssetChange {
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

function approvalChangeOf(wire: Report.ApprovalChange): Report.ApprovalChange {
  const grants = Object.entries(wire).map(([key, value]) => {
    if (key === 'tokenId') return [key, BigInt(value as Hex)]
    if (key === 'before' || key === 'after' || key === 'claimed')
      return [key, grantOf(wire.type, value)]
    return [key, value]
  })
  return Object.fromEntries(grants)
}

function grantOf(type: Report.ApprovalChange['type'], wire: unknown): unknown {
  if (wire === null) return null
  if (type === 'erc20' || type === 'erc6909') return BigInt(wire as Hex)
  if (type !== 'permit2') return wire
  const { amount, expiration } = wire as Report.Permit2Grant
  return { amount: BigInt(amount), expiration: BigInt(expiration) }
}

function accountDiffOf(wire: Report.AccountDiff): Report.AccountDiff {
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

function failureOf(wire: Report.Failure): Report.Failure {
  const { error, innermost } = wire
  return {
    ...wire,
    error: error && errorOf(error),
    innermost: innermost && { ...innermost, error: innermost.error && errorOf(innermost.error) },
  }
}

function errorOf(wire: Report.DecodedError): Report.DecodedError {
  const args = wire.args.map((arg) => ({ ...arg, value: argumentOf(arg.type, arg.value) }))
  return { ...wire, args }
}

/** Returns a value of a Solidity type with bigint numbers. */
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

/** Returns the member types of a tuple such as `(uint256,(address,bool)[])`. */
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

/** Parses a signed quantity: `0x5`, `-0x5`. */
function signed(wire: unknown): bigint {
  const text = String(wire)
  return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text)
}
