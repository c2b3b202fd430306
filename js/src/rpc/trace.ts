import type { Hex } from '../type/wire.js'

/** Results of the tracers of `debug_traceCall`. */
export declare namespace Trace {
  /** Call frame with its inner calls (`callTracer`). */
  type CallFrame = {
    /** `CALL`, `CREATE2`, `SELFDESTRUCT` and so on. */
    type: string
    from: Hex
    to?: Hex | undefined
    /** Wei. */
    value?: bigint | undefined
    /** Gas limit of the frame, in gas units. */
    gas: bigint
    /** Gas units. */
    gasUsed: bigint
    input: Hex
    output?: Hex | undefined
    error?: string | undefined
    /** Text of an `Error(string)` revert. */
    revertReason?: string | undefined
    calls?: CallFrame[] | undefined
    /** Only with `withLog`. */
    logs?: CallFrameLog[] | undefined
  }

  /** Log of a call frame. */
  type CallFrameLog = {
    address: Hex
    topics: Hex[]
    data: Hex
    /** Number of inner calls of the frame before the log. */
    position: number
  }

  /** Call of a flat list (`flatCallTracer`). */
  type FlatCall = {
    type: string
    action: Record<string, unknown> & { gas?: bigint; value?: bigint; balance?: bigint }
    result?: (Record<string, unknown> & { gasUsed?: bigint }) | null
    error?: string | undefined
    subtraces: number
    /** Positions in the call tree, from the root down. */
    traceAddress: number[]
    blockHash?: Hex | null
    blockNumber?: number | null
    transactionHash?: Hex | null
    transactionPosition?: number | null
  }

  /** Accounts before a call (`prestateTracer`). */
  type Prestate = Record<Hex, PrestateAccount>

  type PrestateAccount = {
    /** Wei. */
    balance?: bigint | undefined
    nonce?: number | undefined
    code?: Hex | undefined
    codeHash?: Hex | undefined
    storage?: Record<Hex, Hex> | undefined
  }

  /** Changed accounts before and after a call (`prestateTracer` with `diffMode`). */
  type PrestateDiff = { pre: Prestate; post: Prestate }

  /** Steps of the interpreter (the tracer without a name). */
  type StructLogs = {
    /** Gas units. */
    gas: number
    failed: boolean
    returnValue: string
    structLogs: StructLog[]
  }

  type StructLog = {
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
}

/** Returns the result of a tracer with bigint quantities. */
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

/** Returns `wire` with bigint quantities, those in `lists` included. */
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

/** Returns accounts by address, or with `diffMode` those of `pre` and `post`, with bigint balances. */
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
