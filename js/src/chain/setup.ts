import { InvalidParameterError } from '../error/InvalidParameterError.js'
import { check } from '../options/check.js'
import { OPTIONS } from '../options/options.js'
import type { ChainSetup } from '../pool/message.js'
import { encodeJson } from '../rpc/encodeJson.js'
import type { Hex } from '../type/wire.js'
import { type Genesis, genesisText } from './genesis.js'

/** How the chain of an engine begins, and what requests may cost. */
export type ChainOptions = {
  /** Id of a chain for development, or any object with one, such as viem's. @default 31337 */
  chain?: { readonly id: number } | undefined
  /**
   * The first block and the rules, in the JSON that go-ethereum reads, as text or parsed. Left out,
   * it is a chain for development: all forks up to Osaka, and accounts that own something.
   */
  genesis?: Genesis | string | undefined
  /** Blocks that follow on `genesis`, one behind the other in RLP, as a `chain.rlp` file has them. */
  importChain?: Uint8Array | undefined
  /**
   * A chain that `evm.save()` has returned, of the same version. It goes on as it was: blocks and states, pool,
   * accounts, snapshots, filters, time and mining. Beside it only `limits` can be given.
   */
  saved?: Uint8Array | undefined
  /** Accounts that sign for the caller. */
  accounts?:
    | {
        /** How many. @default 10 */
        count?: number | undefined
        /**
         * BIP-39 words they are derived from. Other words than those of the default sign typed data of this
         * chain only. @default those that every development node has
         */
        mnemonic?: string | undefined
        /** Wei each owns on a chain for development. @default 10,000 ether */
        balance?: bigint | undefined
      }
    | undefined
  /** When blocks are made: with each transaction, when told to, or every so many seconds. @default 'auto' */
  mining?: 'auto' | 'manual' | { readonly interval: number } | undefined
  /** What one request may cost. */
  limits?:
    | {
        /**
         * Milliseconds; then it ends with -32016. What cannot be interrupted, a single call of a
         * precompile, ends a second later together with its engine. @default 10,000
         */
        time?: number | undefined
        /**
         * Bytes that the engine may take for it; then it ends with -32005. An eighth is for the memory of
         * contracts, as much for what a trace or a report records; a quarter for its parameters, as much for
         * the text of its answer. @default 512 MiB, at most three quarters of what the engine has left. Where
         * these are less than half of what the engine has in use, changes end with -32005 until the chain is
         * reverted, rolled back or reset
         */
        memory?: number | undefined
        /**
         * Bytes of its answer, as JSON text; one that has more is refused with -32003.
         * @default a quarter of the memory, which no answer exceeds
         */
        answer?: number | undefined
        /** Gas of one call that is tried. @default 50,000,000 */
        gas?: bigint | undefined
      }
    | undefined
}

/**
 * Checks the options of `createEvm` and returns those of the chain as the engine reads them.
 *
 * @param nowMs - Milliseconds since the Unix epoch: a chain for development begins then.
 * @throws {@link InvalidParameterError} that names the field.
 */
export function chainSetup(options: ChainOptions, nowMs: number): ChainSetup {
  check(options, OPTIONS.createEvm)
  const { chain, genesis, importChain, accounts = {}, mining = 'auto', limits = {} } = options
  if (options.saved !== undefined) checkSaved(options)
  if (chain !== undefined && genesis !== undefined)
    throw new InvalidParameterError('chain', 'left out beside `genesis`, which has an id', chain)
  if (importChain !== undefined && genesis === undefined)
    throw new InvalidParameterError('genesis', 'there beside `importChain`', genesis)
  const timeMs = limits.time ?? DEFAULT_TIME_MS
  const node = {
    ...(genesis === undefined && { timestamp: Math.floor(nowMs / 1000), chainId: chain?.id }),
    accounts: accounts.count,
    mnemonic: accounts.mnemonic,
    balance: hex(accounts.balance),
    mining: typeof mining === 'object' ? { interval: mining.interval } : mining,
    limits: {
      time: timeMs,
      memory: limits.memory,
      answer: limits.answer,
      gas: numeric(limits.gas),
    },
  }
  return {
    options: withGenesis(encodeJson(node, '') ?? '', genesis),
    blocks: importChain,
    savedChain: options.saved,
    nowMs,
    timeMs,
  }
}

/** Adds a genesis file, which may be large, to the text of an object, which has other fields. */
function withGenesis(options: string, genesis: Genesis | string | undefined): string {
  return genesis === undefined ? options : `{"genesis":${genesisText(genesis)},${options.slice(1)}`
}

/** What a saved chain has already. */
const SAVED = ['chain', 'genesis', 'importChain', 'accounts', 'mining'] as const

function checkSaved(options: ChainOptions): void {
  if (!(options.saved instanceof Uint8Array))
    throw new InvalidParameterError('saved', 'the bytes that `evm.save()` returned', options.saved)
  for (const name of SAVED)
    if (options[name] !== undefined)
      throw new InvalidParameterError(name, 'left out beside `saved`, which has it', options[name])
}

/** Milliseconds that a request may take. */
const DEFAULT_TIME_MS = 10_000

function hex(value: bigint | undefined): Hex | undefined {
  return value === undefined ? undefined : `0x${value.toString(16)}`
}

/** More gas than a number tells exactly is as much as any. */
function numeric(value: bigint | undefined): number | undefined {
  if (value === undefined) return undefined
  return value > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : Number(value)
}
