import { InvalidParameterError } from '../error/InvalidParameterError.js'
import type { Hex } from '../type/wire.js'
import { TYPES } from './transactionRequest.js'

/** A quantity of a block: in hex as JSON-RPC spells it, or as viem has it. */
export type Quantity = Hex | bigint | number

/**
 * A block with its whole transactions: the answer of `eth_getBlockByNumber` with `true`, or what viem's
 * `getBlock({ includeTransactions: true })` returns. Other fields of theirs are not read.
 */
export type BlockInput = {
  readonly number: Quantity | null
  /** Seconds since the Unix epoch. */
  readonly timestamp: Quantity
  readonly miner: Hex
  readonly gasLimit: Quantity
  readonly transactions: readonly (Hex | object)[]
  readonly hash?: Hex | null | undefined
  readonly parentHash?: Hex | undefined
  readonly sha3Uncles?: Hex | undefined
  readonly stateRoot?: Hex | undefined
  readonly transactionsRoot?: Hex | undefined
  readonly receiptsRoot?: Hex | undefined
  readonly logsBloom?: Hex | null | undefined
  readonly difficulty?: Quantity | undefined
  readonly gasUsed?: Quantity | undefined
  readonly extraData?: Hex | undefined
  readonly mixHash?: Hex | null | undefined
  readonly nonce?: Hex | null | undefined
  readonly baseFeePerGas?: Quantity | null | undefined
  readonly withdrawals?: readonly object[] | undefined
  readonly withdrawalsRoot?: Hex | undefined
  readonly blobGasUsed?: Quantity | null | undefined
  readonly excessBlobGas?: Quantity | null | undefined
  readonly parentBeaconBlockRoot?: Hex | undefined
  readonly requestsHash?: Hex | undefined
  readonly uncles?: readonly Hex[] | undefined
}

/** An account before a block, as prestateTracer tells it, with quantities as JSON-RPC or viem have them. */
export type PreStateAccount = {
  /** Wei. @default 0 */
  readonly balance?: Quantity | undefined
  readonly nonce?: Quantity | undefined
  readonly code?: Hex | undefined
  /** Needed where the account has code that is not here. */
  readonly codeHash?: Hex | undefined
  readonly storage?: { readonly [slot: Hex]: Hex } | undefined
}

/** The accounts that a block reads. One that is not here does not exist. */
export type PreState = { readonly [address: Hex]: PreStateAccount }

/** The answer of `debug_traceBlockByNumber` with prestateTracer: for each transaction the accounts before it. */
export type PreStates = readonly { readonly result: PreState }[]

/** Returns a block as JSON-RPC spells it. */
export function blockDocument(block: BlockInput): { readonly transactions: readonly object[] } {
  const { transactions, ...header } = block
  if (!Array.isArray(transactions))
    throw new InvalidParameterError('block.transactions', 'a list', transactions)
  const whole = transactions.map((one: unknown, index) => {
    const path = `block.transactions[${index}]`
    if (typeof one !== 'object' || one === null)
      throw new InvalidParameterError(path, 'the whole transaction, not its hash alone', one)
    return transactionDocument(one, path)
  })
  return { ...headerDocument(header), transactions: whole }
}

function headerDocument(header: Omit<BlockInput, 'transactions'>): object {
  const { blobGasUsed, excessBlobGas, ...rest } = header
  // viem has 0 for both in blocks before Cancun, whose headers have neither.
  const isCancun = header.parentBeaconBlockRoot !== undefined
  return wire(isCancun ? header : rest, 'block') as object
}

function transactionDocument(transaction: object, path: string): object {
  const { type, typeHex, ...rest } = transaction as { type?: unknown; typeHex?: unknown }
  const named = typeof type === 'string' && Object.hasOwn(TYPES, type) ? TYPES[type] : type
  return wire({ ...rest, type: named ?? typeHex }, path) as object
}

/** Returns the accounts before a block as one document. */
export function preStateDocument(given: PreState | PreStates): object {
  if (!isList(given)) return accounts(given, 'preState')
  const merged: Record<string, WireAccount> = {}
  for (const [index, one] of given.entries()) {
    const path = `preState[${index}]`
    const result: unknown = Reflect.get(Object(one), 'result')
    if (typeof result !== 'object' || result === null)
      throw new InvalidParameterError(`${path}.result`, 'the accounts before a transaction', result)
    for (const [address, account] of Object.entries(accounts(result, `${path}.result`))) {
      const key = address.toLowerCase()
      merged[key] = earlier(merged[key], account)
    }
  }
  return merged
}

type WireAccount = { readonly code?: string; readonly storage?: object }

/** What a transaction finds first is what the block began with; of later ones only other slots count. */
function earlier(first: WireAccount | undefined, later: WireAccount): WireAccount {
  if (first === undefined) return later
  // A contract that the block has made where there was none: its slots are the block's own, too.
  const isMade = first.code === undefined && later.code?.startsWith('0xef0100') === false
  return isMade ? first : { ...first, storage: { ...later.storage, ...first.storage } }
}

function isList(given: PreState | PreStates): given is PreStates {
  return Array.isArray(given)
}

function accounts(given: object, path: string): Record<string, WireAccount> {
  if ('pre' in given || 'post' in given)
    throw new InvalidParameterError(
      path,
      'the accounts that are read (prestateTracer without `diffMode`)',
      given,
    )
  for (const [address, account] of Object.entries(given))
    if (typeof account !== 'object' || account === null)
      throw new InvalidParameterError(`${path}.${address}`, 'an account', account)
  return wire(given, path) as Record<string, WireAccount>
}

/** Returns plain data with its numbers in hex. */
function wire(value: unknown, path: string): unknown {
  if (typeof value === 'bigint' || typeof value === 'number') {
    const isWhole = typeof value === 'bigint' || Number.isSafeInteger(value)
    if (!isWhole || value < 0)
      throw new InvalidParameterError(path, 'a whole number that is not negative', value)
    return `0x${value.toString(16)}`
  }
  if (Array.isArray(value)) return value.map((one, index) => wire(one, `${path}[${index}]`))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, wire(one, `${path}.${key}`)]),
  )
}
