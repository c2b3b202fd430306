import { BaseError } from '../error/BaseError.js'
import type {
  InvalidBlockError,
  InvalidFixtureError,
  InvalidTransactionError,
  StateUnavailableError,
} from '../error/engineError.js'
import { InvalidParameterError } from '../error/InvalidParameterError.js'
import type { EvmClosedError } from '../evm/close.js'
import { configDocument, type Genesis, genesisConfig } from '../node/genesis.js'
import { check } from '../options/check.js'
import { OPTIONS } from '../options/options.js'
import { BINARY } from '../options/rules.js'
import type { EngineFailedError, OutOfMemoryError, WorkerDiedError } from '../pool/engine.js'
import type * as message from '../pool/message.js'
import type { Supervisor } from '../pool/supervisor.js'
import {
  type BlockInput,
  blockDocument,
  type PreState,
  preStateDocument,
} from '../rpc/blockInput.js'
import type { BlockOutcome, Receipt } from '../type/outcome.js'
import type { Hex } from '../type/wire.js'
import { type CallbackFailedError, guardCallbacks } from './callbacks.js'

/**
 * Executes a block and resolves with its receipts in block order, the state diff, and the comparison with the
 * header.
 *
 * The result is the same for every executor and any number of threads.
 *
 * @example
 * const block = await client.getBlock({ blockNumber, includeTransactions: true }) // of viem, or JSON-RPC
 * const { receipts, checks } = await evm.executeBlock({ block, preState })
 * const { gasUsed } = await evm.executeBlock({ fixture }) // block and state in one document
 *
 * @param supervisor - Owner of the engine.
 * @param parameters - {@link executeBlock.Parameters}
 * @returns Receipts, gas, state changes. {@link executeBlock.ReturnType}
 * @throws {@link InvalidFixtureError} Block or state is malformed; do not retry.
 * @throws {@link InvalidBlockError} The block is wrong; do not retry.
 * @throws {@link InvalidTransactionError} The block is wrong; do not retry.
 * @throws {@link StateUnavailableError} The state before the block is incomplete.
 * @throws {@link WorkerDiedError} A worker died; the next call starts a fresh engine.
 * @throws {@link EngineFailedError} The engine panicked; the next call starts a fresh one.
 * @throws {@link OutOfMemoryError} The block needs more memory than the engine has.
 * @throws {@link EvmClosedError} The engine was closed.
 * @throws {@link CallbackFailedError} A callback threw; its error is the `cause`.
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
  let committed = 0
  let delivered = 0
  try {
    const block = await supervisor.request(request, {
      signal: callbacks.signal,
      onProgress(progress) {
        committed = progress.committed
        onProgress({ committed, total: progress.total })
      },
      onReceipts(receipts) {
        delivered += receipts.length
        receipts.forEach(onReceipt)
      },
    })
    // The last messages of a pool worker may arrive after the result, or never.
    const total = block.receipts.length
    if (committed < total) onProgress({ committed: total, total })
    block.receipts.slice(delivered).forEach(onReceipt)
    await callbacks.finish()
    return block
  } finally {
    callbacks.release()
  }
}

export declare namespace executeBlock {
  type Parameters = (Fixture | BlockOnState) & {
    /** Executor; `'bal'` executes by the block access list of the fixture. @default `'auto'` */
    executor?: executeBlock.Executor | undefined
    /**
     * Whether the result holds the block access list (EIP-7928), which takes time to record. `'bal'` records one
     * where the fixture has none. @default `'omitted'`
     */
    blockAccessList?: 'omitted' | 'returned' | undefined
    /** Called as transactions are committed. If it throws, the call rejects. */
    onProgress?: ((progress: Progress) => void) | undefined
    /**
     * Called with each receipt, in block order, soon after its transaction was committed. Receipts delivered so
     * far are invalid if the promise rejects. If it throws, the call rejects.
     */
    onReceipt?: ((receipt: Receipt) => void) | undefined
    /**
     * Whether the result holds a timeline of all incarnations. Workers without shared memory have no common
     * clock: with several of them there is none. @default `false`
     */
    timeline?: boolean | undefined
    /**
     * Rejects the call early with the signal's reason. Receipts delivered so far are invalid. The chain of the node
     * never changes.
     */
    signal?: AbortSignal | undefined
  }
  /** Block with the state before it, in one document. */
  type Fixture = {
    /** Gzip or JSON as bytes, JSON as text, or the parsed document. */
    fixture: executeBlock.FixtureText | object
  } & { [field in Exclude<keyof BlockOnState, 'fixture'>]?: undefined }
  /** Block and the state before it, in the shapes of JSON-RPC or viem. */
  type BlockOnState = {
    /** Result of `eth_getBlockByNumber` with full transactions, or of viem's `getBlock`. */
    block: BlockInput
    /**
     * Accounts that the block reads, as prestateTracer returns them: for the whole block, or for each transaction
     * (`debug_traceBlockByNumber`). Of the latter the first mention of an account or slot counts, so later
     * transactions must not name an account that the block itself creates. System contracts (EIP-2935, EIP-4788,
     * EIP-7002, EIP-7251) are read as well.
     */
    preState: PreState | PreState.PerTransaction
    /** Chain id (EIP-155). @default the id in `schedule`, `genesis` or the transactions */
    chainId?: number | undefined
    /**
     * Fork schedule: the `config` of a genesis file. May be left out for mainnet, Sepolia, Holesky and Hoodi,
     * which are known by their id.
     */
    schedule?: Genesis.Config | undefined
    /** Genesis file, whose `config` is the fork schedule; excludes `schedule`. */
    genesis?: Genesis | string | undefined
    /** Hashes of blocks before the parent, by block number, for BLOCKHASH. */
    blockHashes?: { readonly [number: string | number]: Hex } | undefined
    fixture?: undefined
  }
  /** Executor of a block. All return the same result. */
  type Executor = message.Executor
  /** Fixture as gzip or JSON bytes, or as JSON text. */
  type FixtureText = message.FixtureText
  type Progress = {
    /** Committed transactions. */
    readonly committed: number
    /** Transactions of the block. */
    readonly total: number
  }
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

/** Returns the fixture to send to the engine: the given one, or one of the given block and state. */
function inputOf(parameters: executeBlock.Parameters): executeBlock.FixtureText {
  const { fixture, block, preState, chainId, schedule, genesis, blockHashes } = parameters
  const parts = { block, preState, chainId, schedule, genesis, blockHashes }
  if (fixture !== undefined) {
    const beside = Object.entries(parts).find(([, value]) => value !== undefined)
    if (beside !== undefined)
      throw new InvalidParameterError(beside[0], 'left out beside `fixture`', beside[1])
    return textOf(fixture)
  }
  if (block === undefined)
    throw new InvalidParameterError('block', 'given (with `preState`), or `fixture`', block)
  if (preState === undefined)
    throw new InvalidParameterError('preState', 'given beside `block`', preState)
  if (schedule !== undefined && genesis !== undefined)
    throw new InvalidParameterError('schedule', 'left out beside `genesis`', schedule)
  const config = schedule === undefined ? configOf(genesis) : configDocument(schedule)
  if (genesis !== undefined && config === undefined)
    throw new InvalidParameterError('genesis.config', 'given', config)
  const whole = plainly('block', block, blockDocument)
  const document = {
    chainId: chainId ?? Reflect.get(Object(config), 'chainId') ?? chainOf(whole.transactions),
    ...(config === undefined ? {} : { config }),
    block: whole,
    preState: plainly('preState', preState, preStateDocument),
    ...(blockHashes === undefined ? {} : { blockHashes }),
  }
  if (document.chainId === undefined)
    throw new InvalidParameterError('chainId', 'given: no transaction has one', chainId)
  return jsonOf('block', document)
}

function configOf(genesis: Genesis | string | undefined): object | undefined {
  return genesis === undefined ? undefined : genesisConfig(genesis)
}

/**
 * Returns the result of `convert`.
 *
 * @throws {@link InvalidParameterError} `given` is not plain data, such as an object that contains itself.
 */
function plainly<T, R>(path: string, given: T, convert: (given: T) => R): R {
  try {
    return convert(given)
  } catch (cause) {
    if (cause instanceof BaseError) throw cause
    throw new InvalidParameterError(path, 'plain data', given, cause)
  }
}

/** Returns the chain id of the first transaction that has one. */
function chainOf(transactions: readonly object[]): unknown {
  return transactions
    .map((one): unknown => Reflect.get(one, 'chainId'))
    .find((id) => id !== undefined && id !== null)
}

/** Returns a fixture to send: a view is copied without the rest of its buffer, a document becomes text. */
function textOf(fixture: executeBlock.FixtureText | object): executeBlock.FixtureText {
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
