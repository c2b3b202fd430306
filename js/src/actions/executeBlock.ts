import type {
  InvalidBlockError,
  InvalidFixtureError,
  InvalidTransactionError,
  StateUnavailableError,
} from '../error/engineError.js'
import { InvalidParameterError } from '../error/InvalidParameterError.js'
import type { EvmClosedError } from '../evm/close.js'
import type { EngineFailedError, WorkerDiedError } from '../pool/engine.js'
import type { Executor, FixtureText } from '../pool/message.js'
import type { Pending } from '../pool/pending.js'
import type { Supervisor } from '../pool/supervisor.js'
import type { BlockOutcome } from '../type/wire.js'

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
 * @throws {@link EvmClosedError} The engine was closed.
 * @throws the signal's reason, once it is aborted.
 */
export async function executeBlock(
  supervisor: Supervisor,
  parameters: executeBlock.Parameters,
): Promise<executeBlock.ReturnType> {
  const { fixture, executor = 'auto', onProgress, signal } = parameters
  if (!EXECUTORS.includes(executor))
    throw new InvalidParameterError('executor', `one of ${EXECUTORS.join(', ')}`, executor)
  const request = { kind: 'executeBlock', fixture: textOf(fixture), executor } as const
  let settled = 0
  const block = await supervisor.request(request, {
    signal,
    onProgress(progress) {
      settled = progress.settled
      onProgress?.(progress)
    },
  })
  // The last message of a pool worker may come after the result.
  const total = block.receipts.length
  if (settled < total) onProgress?.({ settled: total, total })
  return block
}

export declare namespace executeBlock {
  type Parameters = {
    /** A block with the state before it: gzip or JSON as bytes, JSON as text, or parsed. */
    fixture: FixtureText | object
    /** Which way to run it. @default `'auto'` */
    executor?: Executor | undefined
    /** Called as transactions become final, in order. */
    onProgress?: ((progress: Progress) => void) | undefined
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
    | EvmClosedError
}

const EXECUTORS: readonly Executor[] = ['auto', 'parallel', 'sequential', 'bal']

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
