import type { Hex } from '../type/wire.js'

/** A call and what it called, as `callTracer` tells it. */
export type CallFrame = {
  /** `CALL`, `CREATE2`, `SELFDESTRUCT` and so on. */
  type: string
  from: Hex
  to?: Hex | undefined
  /** Wei. */
  value?: bigint | undefined
  /** Gas units that the call had. */
  gas: bigint
  /** Gas units. */
  gasUsed: bigint
  input: Hex
  output?: Hex | undefined
  error?: string | undefined
  /** The text of a revert that has one. */
  revertReason?: string | undefined
  calls?: CallFrame[] | undefined
  /** With `withLog`. */
  logs?: CallFrameLog[] | undefined
}

/** An event, where it was written. */
export type CallFrameLog = {
  address: Hex
  topics: Hex[]
  data: Hex
  /** How many calls of its frame came before it. */
  position: number
}

/** A call in a list, as `flatCallTracer` tells it. */
export type FlatCall = {
  type: string
  action: Record<string, unknown> & { gas?: bigint; value?: bigint; balance?: bigint }
  result?: (Record<string, unknown> & { gasUsed?: bigint }) | null
  error?: string | undefined
  subtraces: number
  /** Where in the tree: positions from the root down. */
  traceAddress: number[]
  blockHash?: Hex | null
  blockNumber?: number | null
  transactionHash?: Hex | null
  transactionPosition?: number | null
}

/** Accounts before a call, as `prestateTracer` tells them. */
export type PrestateAccounts = Record<Hex, PrestateAccount>

export type PrestateAccount = {
  /** Wei. */
  balance?: bigint | undefined
  nonce?: number | undefined
  code?: Hex | undefined
  codeHash?: Hex | undefined
  storage?: Record<Hex, Hex> | undefined
}

/** With `diffMode`: what changed, before and after. */
export type PrestateDiff = { pre: PrestateAccounts; post: PrestateAccounts }

/** Every step of the interpreter, as the tracer without a name tells them. */
export type StructLogs = {
  /** Gas units. */
  gas: number
  failed: boolean
  returnValue: string
  structLogs: StructLog[]
}

export type StructLog = {
  pc: number
  op: string
  gas: number
  gasCost: number
  depth: number
  error?: string | undefined
  stack?: Hex[] | undefined
  returnData?: Hex | undefined
  memory?: Hex[] | undefined
  storage?: Record<string, string> | undefined
  refund?: number | undefined
}

/** Returns what a tracer tells, with quantities as `bigint`. */
export function traceOf(tracer: string | undefined, wire: unknown): unknown {
  switch (tracer) {
    case 'callTracer':
      return bigFrom(wire, (key) => ['gas', 'gasUsed', 'value'].includes(key), ['calls'])
    case 'flatCallTracer':
      return (wire as { action: object; result?: object | null }[]).map((call) => ({
        ...call,
        action: bigFrom(call.action, isFlatQuantity, []),
        ...(call.result == null ? {} : { result: bigFrom(call.result, isFlatQuantity, []) }),
      }))
    case 'prestateTracer':
      return prestateOf(wire as object)
    case 'muxTracer':
      return Object.fromEntries(
        Object.entries(wire as object).map(([name, part]) => [name, traceOf(name, part)]),
      )
    default:
      return wire
  }
}

const isFlatQuantity = (key: string) => ['gas', 'gasUsed', 'value', 'balance'].includes(key)

/** Returns `wire` with its quantities as `bigint`, and so what lies in lists of these names. */
function bigFrom(
  wire: unknown,
  isQuantity: (key: string) => boolean,
  lists: readonly string[],
): unknown {
  const entries = Object.entries(wire as object).map(([key, value]) => {
    if (isQuantity(key) && typeof value === 'string') return [key, BigInt(value)]
    if (lists.includes(key) && Array.isArray(value))
      return [key, value.map((one) => bigFrom(one, isQuantity, lists))]
    if (key === 'logs' && Array.isArray(value))
      return [key, value.map((log) => ({ ...log, position: Number(log.position) }))]
    return [key, value]
  })
  return Object.fromEntries(entries)
}

/** Addresses are keys, or with `diffMode` those of `pre` and `post`. */
function prestateOf(wire: object): unknown {
  const accounts = (part: object) =>
    Object.fromEntries(
      Object.entries(part).map(([address, account]) => [
        address,
        bigFrom(account, (key) => key === 'balance', []),
      ]),
    )
  if (!('pre' in wire && 'post' in wire)) return accounts(wire)
  return { pre: accounts(wire.pre as object), post: accounts(wire.post as object) }
}
