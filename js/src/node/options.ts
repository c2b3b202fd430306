import { InvalidParameterError } from '../error/InvalidParameterError.js'
import { check } from '../options/check.js'
import { OPTIONS } from '../options/options.js'
import type { ChainSetup } from '../pool/message.js'
import { encodeJson } from '../rpc/encodeJson.js'
import type { Hex } from '../type/wire.js'
import { type Genesis, genesisText } from './genesis.js'

/** Initial chain of the node in an engine, and limits of a request. */
export type NodeOptions = {
  /** Chain with an id, such as viem's; its other fields are not read. @default `{ id: 31337 }` */
  chain?: { readonly id: number } | undefined
  /**
   * First block and rules: the JSON that go-ethereum reads, as text or parsed. Left out, the chain is a
   * development chain: all forks up to Osaka, and funded accounts.
   */
  genesis?: Genesis | string | undefined
  /** Blocks that follow on `genesis`, as consecutive RLP: the content of a `chain.rlp` file. */
  importChain?: Uint8Array | undefined
  /**
   * Chain that `evm.save()` of the same version returned: blocks and states, pool, accounts, snapshots, filters,
   * time and mining. Only `limits` may be given beside it.
   */
  saved?: Uint8Array | undefined
  /** Accounts that sign for the caller. */
  accounts?: NodeOptions.Accounts | undefined
  /**
   * When blocks are mined: `auto`, with each transaction; `manual`, on request; or at an interval.
   * @default `'auto'`
   */
  mining?: 'auto' | 'manual' | NodeOptions.IntervalMining | undefined
  /** Limits of one request. */
  limits?: NodeOptions.Limits | undefined
}

export declare namespace NodeOptions {
  type Accounts = {
    /** Number of accounts, at most 1,000. @default 10 */
    count?: number | undefined
    /**
     * BIP-39 words the keys are derived from. Keys of other words than the default sign typed data of this chain
     * only. @default the words that every development node uses
     */
    mnemonic?: string | undefined
    /** Balance of each account of a development chain, in wei. @default 10,000 ether */
    balance?: bigint | undefined
  }
  type IntervalMining = {
    /** Seconds between two blocks. */
    readonly intervalSeconds: number
  }
  type Limits = {
    /**
     * Milliseconds a request may run; then it is rolled back with error -32016. Mining counts too. A single
     * precompile call cannot be interrupted: one second past the limit its engine is restarted. @default 10,000
     */
    timeMs?: number | undefined
    /**
     * Bytes that the engine may allocate for a request; then it is rolled back with error -32005. An eighth is for
     * the memory of contracts, an eighth for the records of a trace or report, a quarter for the parameters, a
     * quarter for the text of the answer. @default 512 MiB, at most three quarters of what the engine has left. Where
     * these are less than half of what the engine has in use, changes fail with -32005 until the chain is
     * reverted, rolled back or reset
     */
    memoryBytes?: number | undefined
    /**
     * Bytes of the answer as JSON text; a larger answer is refused with error -32003.
     * @default a quarter of the memory, which no answer exceeds
     */
    answerBytes?: number | undefined
    /** Gas limit of one simulated call, in gas units. @default 50,000,000 */
    gas?: bigint | undefined
  }
}

/**
 * Checks the options of `createEvm` and returns those of the node as the engine reads them.
 *
 * @param nowMs - Milliseconds since the Unix epoch: timestamp of the first block of a development chain.
 * @throws {@link InvalidParameterError} that names the field.
 */
export function nodeSetup(options: NodeOptions, nowMs: number): ChainSetup {
  check(options, OPTIONS.createEvm)
  const { chain, genesis, importChain, accounts = {}, mining = 'auto', limits = {} } = options
  if (options.saved !== undefined) checkSaved(options)
  if (chain !== undefined && genesis !== undefined)
    throw new InvalidParameterError('chain', 'left out beside `genesis`, which has an id', chain)
  if (importChain !== undefined && genesis === undefined)
    throw new InvalidParameterError('genesis', 'given beside `importChain`', genesis)
  const timeMs = limits.timeMs ?? DEFAULT_TIME_MS
  const node = {
    ...(genesis === undefined && { timestamp: Math.floor(nowMs / 1000), chainId: chain?.id }),
    accounts: accounts.count,
    mnemonic: accounts.mnemonic,
    balance: hex(accounts.balance),
    mining: typeof mining === 'object' ? { interval: mining.intervalSeconds } : mining,
    limits: {
      time: timeMs,
      memory: limits.memoryBytes,
      answer: limits.answerBytes,
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

/** Prepends a genesis file to the JSON text of an object with other fields: the file may be large. */
function withGenesis(options: string, genesis: Genesis | string | undefined): string {
  return genesis === undefined ? options : `{"genesis":${genesisText(genesis)},${options.slice(1)}`
}

/** Options that a saved chain holds. */
const SAVED = ['chain', 'genesis', 'importChain', 'accounts', 'mining'] as const

function checkSaved(options: NodeOptions): void {
  if (!(options.saved instanceof Uint8Array))
    throw new InvalidParameterError('saved', 'the bytes that `evm.save()` returned', options.saved)
  for (const name of SAVED)
    if (options[name] !== undefined)
      throw new InvalidParameterError(name, 'left out beside `saved`, which has it', options[name])
}

/** Default of `limits.timeMs`. */
const DEFAULT_TIME_MS = 10_000

function hex(value: bigint | undefined): Hex | undefined {
  return value === undefined ? undefined : `0x${value.toString(16)}`
}

/** Above 2^53 - 1 every limit is the same: no block has as much gas. */
function numeric(value: bigint | undefined): number | undefined {
  if (value === undefined) return undefined
  return value > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : Number(value)
}
