import type {
  InvalidBlockError,
  InvalidFixtureError,
  InvalidTransactionError,
  StateUnavailableError,
} from '../error/engineError.js'
import { InvalidParameterError } from '../error/InvalidParameterError.js'
import type { EvmClosedError } from '../evm/close.js'
import type { EngineFailedError, OutOfMemoryError, WorkerDiedError } from '../pool/engine.js'
import type { Executor, FixtureText } from '../pool/message.js'
import type { Pending } from '../pool/pending.js'
import type { Supervisor } from '../pool/supervisor.js'
import type { BlockOutcome, Receipt } from '../type/wire.js'
import { type CallbackFailedError, guardCallbacks } from './callbacks.js'

/**
 * Executes a block and resolves with its receipts in block order, the changes of the state, and
 * the comparison with what the header claims.
 *
 * The result is the same for every executor and any number of threads.
 *
 * @example
 * const { gasUsed, checks } = await evm.executeBlock({ fixture })
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
  const { fixture, executor = 'auto', blockAccessList = 'omitted', timeline = false } = parameters
  if (!EXECUTORS.includes(executor))
    throw new InvalidParameterError('executor', `one of ${EXECUTORS.join(', ')}`, executor)
  if (!OUTPUTS.includes(blockAccessList))
    throw new InvalidParameterError(
      'blockAccessList',
      `one of ${OUTPUTS.join(', ')}`,
      blockAccessList,
    )
  const options = {
    executor,
    returnsList: blockAccessList === 'returned',
    receipts: parameters.onReceipt !== undefined,
    timeline,
  }
  const request = { kind: 'executeBlock', fixture: textOf(fixture), options } as const
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
  type Parameters = {
    /** A block with the state before it: gzip or JSON as bytes, JSON as text, or parsed. */
    fixture: FixtureText | object
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
    /** Ends the call early. */
    signal?: AbortSignal | undefined
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

const EXECUTORS: readonly Executor[] = ['auto', 'parallel', 'sequential', 'bal']
const OUTPUTS = ['omitted', 'returned'] as const

/** What is sent to the engine: of a view only its own bytes, of a document its text. */
function textOf(fixture: executeBlock.Parameters['fixture']): FixtureText {
  if (typeof fixture === 'string') return fixture
  if (fixture instanceof Uint8Array)
    return fixture.byteLength === fixture.buffer.byteLength ? fixture : fixture.slice()
  if (typeof fixture !== 'object' || fixture === null)
    throw new InvalidParameterError('fixture', 'bytes, text or the parsed document', fixture)
  try {
    return JSON.stringify(fixture)
  } catch (cause) {
    throw new InvalidParameterError('fixture', 'a JSON document', fixture, cause)
  }
}
