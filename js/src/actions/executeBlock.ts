import { BaseError } from '../error/BaseError.js'
import type {
  InvalidBlockError,
  InvalidFixtureError,
  InvalidTransactionError,
  StateUnavailableError,
} from '../error/engineError.js'
import { InvalidParameterError } from '../error/InvalidParameterError.js'
import type { EvmClosedError } from '../evm/close.js'
import { type ChainConfig, configDocument, type Genesis, genesisConfig } from '../node/genesis.js'
import { check } from '../options/check.js'
import { OPTIONS } from '../options/options.js'
import { BINARY } from '../options/rules.js'
import type { EngineFailedError, OutOfMemoryError, WorkerDiedError } from '../pool/engine.js'
import type { Executor, FixtureText } from '../pool/message.js'
import type { Pending } from '../pool/pending.js'
import type { Supervisor } from '../pool/supervisor.js'
import {
  type BlockInput,
  blockDocument,
  type PreState,
  type PreStates,
  preStateDocument,
} from '../rpc/blockInput.js'
import type { BlockOutcome, Hex, Receipt } from '../type/wire.js'
import { type CallbackFailedError, guardCallbacks } from './callbacks.js'

/**
 * Executes a block and resolves with its receipts in block order, the changes of the state, and
 * the comparison with what the header claims.
 *
 * The result is the same for every executor and any number of threads.
 *
 * @example
 * const block = await client.getBlock({ blockNumber, includeTransactions: true }) // of viem, or JSON-RPC
 * const { receipts, checks } = await evm.executeBlock({ block, preState })
 * const { gasUsed } = await evm.executeBlock({ fixture }) // both in one document
 *
 * @param supervisor - The owner of the engine.
 * @param parameters - {@link executeBlock.Parameters}
 * @returns Receipts, gas, state changes. {@link executeBlock.ReturnType}
 * @throws {@link InvalidFixtureError} The fixture cannot be used; do not retry.
 * @throws {@link InvalidBlockError} The block is wrong; do not retry.
 * @throws {@link InvalidTransactionError} The block is wrong; do not retry.
 * @throws {@link StateUnavailableError} The state before the block lacks something.
 * @throws {@link WorkerDiedError} A worker died; the next call starts a fresh engine.
 * @throws {@link EngineFailedError} The engine panicked; the next call starts a fresh one.
 * @throws {@link OutOfMemoryError} The block needs more memory than the engine may have.
 * @throws {@link EvmClosedError} The engine was closed.
 * @throws {@link CallbackFailedError} A callback has thrown; its error is the `cause`.
 * @throws the signal's reason, once it is aborted.
 */
export async function executeBlock(
  supervisor: Supervisor,
  parameters: executeBlock.Parameters,
): Promise<executeBlock.ReturnType> {
  check(parameters, OPTIONS.executeBlock)
  const { executor = 'auto', blockAccessList = 'omitted', timeline = false } = parameters
  const options = {
    executor,
    returnsList: blockAccessList === 'returned',
    receipts: parameters.onReceipt !== undefined,
    timeline,
  }
  const request = { kind: 'executeBlock', fixture: inputOf(parameters), options } as const
  const callbacks = guardCallbacks(parameters.signal)
  const onProgress = callbacks.guard('onProgress', parameters.onProgress)
  const onReceipt = callbacks.guard('onReceipt', parameters.onReceipt)
  let settled = 0
  let told = 0
  try {
    const block = await supervisor.request(request, {
      signal: callbacks.signal,
      onProgress(progress) {
        settled = progress.settled
        onProgress(progress)
      },
      onReceipts(receipts) {
        told += receipts.length
        receipts.forEach(onReceipt)
      },
    })
    // The last messages of a pool worker may come after the result, or not at all.
    const total = block.receipts.length
    if (settled < total) onProgress({ settled: total, total })
    block.receipts.slice(told).forEach(onReceipt)
    await callbacks.finish()
    return block
  } finally {
    callbacks.release()
  }
}

export declare namespace executeBlock {
  type Parameters = (Fixture | BlockOnState) & {
    /** Which way to run it; `'bal'` runs by the fixture's own access list. @default `'auto'` */
    executor?: Executor | undefined
    /**
     * Whether the result holds the block's access list (EIP-7928); making one costs time. `'bal'`
     * makes one where the fixture has none. @default `'omitted'`
     */
    blockAccessList?: 'omitted' | 'returned' | undefined
    /** Called as transactions become final, in order. If it throws, the call ends. */
    onProgress?: ((progress: Progress) => void) | undefined
    /**
     * Called with each receipt, in block order, soon after its transaction became final. What was
     * told is void if the call rejects. If it throws, the call ends.
     */
    onReceipt?: ((receipt: Receipt) => void) | undefined
    /**
     * Whether `schedule.timeline` tells which worker ran what when. Workers that share no memory
     * share no clock: they tell none. @default `false`
     */
    timeline?: boolean | undefined
    /**
     * Ends the call early. Receipts that were handed over by then are void; the chain in memory is not changed by a
     * block in any case.
     */
    signal?: AbortSignal | undefined
  }
  /** A block with the state before it, in one document. */
  type Fixture = {
    /** Gzip or JSON as bytes, JSON as text, or parsed. */
    fixture: FixtureText | object
  } & { [field in Exclude<keyof BlockOnState, 'fixture'>]?: undefined }
  /** A block and the state before it, as nodes answer and as viem has them. */
  type BlockOnState = {
    /** The answer of `eth_getBlockByNumber` with whole transactions, or of viem's `getBlock`. */
    block: BlockInput
    /**
     * The accounts that the block reads, as prestateTracer tells them: of the whole block, or the answer
     * of `debug_traceBlockByNumber` for each transaction. There the first mention of an account or slot
     * counts, so an account that the block itself creates must not be named by later transactions.
     * Contracts of system calls (EIP-2935, EIP-4788, EIP-7002, EIP-7251) are read, too.
     */
    preState: PreState | PreStates
    /** @default that of `schedule`, `genesis` or the transactions */
    chainId?: number | undefined
    /**
     * When the forks of the chain begin: the `config` of a genesis file. Left out, the chain id must be
     * that of mainnet, Sepolia, Holesky or Hoodi.
     */
    schedule?: ChainConfig | undefined
    /** A genesis file, in place of `schedule`, which is its `config`. */
    genesis?: Genesis | string | undefined
    /** Hashes of blocks before the parent, by their numbers, where BLOCKHASH asks for them. */
    blockHashes?: { readonly [number: string | number]: Hex } | undefined
    fixture?: undefined
  }
  /** How far the block is. */
  type Progress = Pending.Progress
  type ReturnType = BlockOutcome
  type ErrorType =
    | InvalidParameterError
    | InvalidFixtureError
    | InvalidBlockError
    | InvalidTransactionError
    | StateUnavailableError
    | WorkerDiedError
    | EngineFailedError
    | OutOfMemoryError
    | EvmClosedError
    | CallbackFailedError
}

/** Returns what is sent to the engine: a fixture as it is, or one made of the block. */
function inputOf(parameters: executeBlock.Parameters): FixtureText {
  const { fixture, block, preState, chainId, schedule, genesis, blockHashes } = parameters
  const parts = { block, preState, chainId, schedule, genesis, blockHashes }
  if (fixture !== undefined) {
    const beside = Object.entries(parts).find(([, value]) => value !== undefined)
    if (beside !== undefined)
      throw new InvalidParameterError(beside[0], 'left out beside `fixture`', beside[1])
    return textOf(fixture)
  }
  if (block === undefined)
    throw new InvalidParameterError('block', 'there (with `preState`), or `fixture`', block)
  if (preState === undefined)
    throw new InvalidParameterError('preState', 'there beside `block`', preState)
  if (schedule !== undefined && genesis !== undefined)
    throw new InvalidParameterError('schedule', 'left out beside `genesis`', schedule)
  const config = schedule === undefined ? configOf(genesis) : configDocument(schedule)
  if (genesis !== undefined && config === undefined)
    throw new InvalidParameterError('genesis.config', 'there', config)
  const whole = plainly('block', block, blockDocument)
  const document = {
    chainId: chainId ?? Reflect.get(Object(config), 'chainId') ?? chainOf(whole.transactions),
    ...(config === undefined ? {} : { config }),
    block: whole,
    preState: plainly('preState', preState, preStateDocument),
    ...(blockHashes === undefined ? {} : { blockHashes }),
  }
  if (document.chainId === undefined)
    throw new InvalidParameterError('chainId', 'there: no transaction names it', chainId)
  return jsonOf('block', document)
}

function configOf(genesis: Genesis | string | undefined): object | undefined {
  return genesis === undefined ? undefined : genesisConfig(genesis)
}

/** Returns what `make` makes of plain data; what contains itself, for one, is none. */
function plainly<T, R>(path: string, given: T, make: (given: T) => R): R {
  try {
    return make(given)
  } catch (cause) {
    if (cause instanceof BaseError) throw cause
    throw new InvalidParameterError(path, 'plain data', given, cause)
  }
}

/** Returns the chain id that a transaction names. */
function chainOf(transactions: readonly object[]): unknown {
  return transactions
    .map((one): unknown => Reflect.get(one, 'chainId'))
    .find((id) => id !== undefined && id !== null)
}

/** Returns a fixture as it is sent: of a view only its own bytes, of a document its text. */
function textOf(fixture: FixtureText | object): FixtureText {
  if (typeof fixture === 'string') return fixture
  if (fixture instanceof Uint8Array) {
    check(fixture, BINARY, 'fixture')
    return fixture.byteLength === fixture.buffer.byteLength ? fixture : fixture.slice()
  }
  if (typeof fixture !== 'object' || fixture === null)
    throw new InvalidParameterError('fixture', 'bytes, text or the parsed document', fixture)
  return jsonOf('fixture', fixture)
}

function jsonOf(path: string, document: object): string {
  try {
    return JSON.stringify(document)
  } catch (cause) {
    throw new InvalidParameterError(path, 'a JSON document', document, cause)
  }
}
