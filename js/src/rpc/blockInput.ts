import { InvalidParameterError } from '../error/InvalidParameterError.js'
import type { Hex } from '../type/wire.js'
import { TYPES } from './transactionRequest.js'

/**
 * Block with full transactions: the result of `eth_getBlockByNumber` with `true`, or of viem's
 * `getBlock({ includeTransactions: true })`. Other fields are not read.
 */
export type BlockInput = {
  readonly number: BlockInput.Quantity | null
  /** Seconds since the Unix epoch. */
  readonly timestamp: BlockInput.Quantity
  readonly miner: Hex
  readonly gasLimit: BlockInput.Quantity
  readonly transactions: readonly (Hex | object)[]
  readonly hash?: Hex | null | undefined
  readonly parentHash?: Hex | undefined
  readonly sha3Uncles?: Hex | undefined
  readonly stateRoot?: Hex | undefined
  readonly transactionsRoot?: Hex | undefined
  readonly receiptsRoot?: Hex | undefined
  readonly logsBloom?: Hex | null | undefined
  readonly difficulty?: BlockInput.Quantity | undefined
  readonly gasUsed?: BlockInput.Quantity | undefined
  readonly extraData?: Hex | undefined
  readonly mixHash?: Hex | null | undefined
  readonly nonce?: Hex | null | undefined
  readonly baseFeePerGas?: BlockInput.Quantity | null | undefined
  readonly withdrawals?: readonly object[] | undefined
  readonly withdrawalsRoot?: Hex | undefined
  readonly blobGasUsed?: BlockInput.Quantity | null | undefined
  readonly excessBlobGas?: BlockInput.Quantity | null | undefined
  readonly parentBeaconBlockRoot?: Hex | undefined
  readonly requestsHash?: Hex | undefined
  readonly uncles?: readonly Hex[] | undefined
}

export declare namespace BlockInput {
  /** Quantity of a block: hex as in JSON-RPC, or a number as in viem. */
  type Quantity = Hex | bigint | number
}

/** Accounts that a block reads, by address. An account that is missing does not exist. */
export type PreState = { readonly [address: Hex]: PreState.Account }

export declare namespace PreState {
  /** Account before a block, as in the result of prestateTracer. */
  type Account = {
    /** Wei. @default 0 */
    readonly balance?: BlockInput.Quantity | undefined
    readonly nonce?: BlockInput.Quantity | undefined
    readonly code?: Hex | undefined
    /** Hash of code that is left out: no transaction runs it. */
    readonly codeHash?: Hex | undefined
    readonly storage?: { readonly [slot: Hex]: Hex } | undefined
  }
  /** Accounts before each transaction: the result of `debug_traceBlockByNumber` with prestateTracer. */
  type PerTransaction = readonly { readonly result: PreState }[]
}

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
  // viem returns 0 for both before Cancun, where headers have neither.
  const isCancun = header.parentBeaconBlockRoot !== undefined
  return wire(isCancun ? header : rest, 'block') as object
}

function transactionDocument(transaction: object, path: string): object {
  const { type, typeHex, ...rest } = transaction as { type?: unknown; typeHex?: unknown }
  const named = typeof type === 'string' && Object.hasOwn(TYPES, type) ? TYPES[type] : type
  return wire({ ...rest, type: named ?? typeHex }, path) as object
}

/** Returns the accounts before a block as one document; accounts before each transaction are merged. */
export function preStateDocument(given: PreState | PreState.PerTransaction): object {
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

/** Merges two mentions of an account: the first one is its state before the block, later ones only add slots. */
function earlier(first: WireAccount | undefined, later: WireAccount): WireAccount {
  if (first === undefined) return later
  // The block itself created this contract, so its slots did not exist before.
  const isMade = first.code === undefined && later.code?.startsWith('0xef0100') === false
  return isMade ? first : { ...first, storage: { ...later.storage, ...first.storage } }
}

function isList(given: PreState | PreState.PerTransaction): given is PreState.PerTransaction {
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

/** Returns plain data with hex numbers. */
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
