import type { Chain } from '../chain/chain.js'
import { InvalidParameterError } from '../error/InvalidParameterError.js'
import { type BlobRequest, withBlobHashes } from '../rpc/blobHashes.js'
import { type BlockParameter, blockParameter } from '../rpc/blockParameter.js'
import {
  type CallFrame,
  type FlatCall,
  type PrestateAccounts,
  type PrestateDiff,
  type StructLogs,
  traceOf,
} from '../rpc/callTrace.js'
import {
  type BlockOverrides,
  blockOverrides,
  type StateOverride,
  stateOverride,
} from '../rpc/override.js'
import { type TransactionRequest, transactionRequest } from '../rpc/transactionRequest.js'
import type { call } from './call.js'

/**
 * Runs a call and returns what a tracer tells of it; nothing changes. The tracers are those of
 * `debug_traceCall`; without a name, every step of the interpreter is told.
 *
 * @example
 * const { calls, gasUsed } = await evm.traceCall({ to, data, tracer: 'callTracer' })
 *
 * @param chain - The node to ask.
 * @param parameters - {@link traceCall.Parameters}
 * @throws {@link ProviderRpcError} with the code of JSON-RPC.
 * @throws {@link InvalidParameterError} that names the field.
 */
export async function traceCall<const tracer extends traceCall.Tracer | undefined = undefined>(
  chain: Chain,
  parameters: traceCall.Parameters<tracer>,
): Promise<traceCall.ReturnType<tracer>> {
  const { tracer, tracerConfig, signal, stateOverride: state, blockOverrides: block } = parameters
  if (tracer !== undefined && !TRACERS.includes(tracer))
    throw new InvalidParameterError('tracer', `one of ${TRACERS.join(', ')}`, tracer)
  const options = {
    ...(tracer === undefined ? tracerConfig : { tracer, tracerConfig }),
    ...(state === undefined ? {} : { stateOverrides: stateOverride(state, 'stateOverride') }),
    ...(block === undefined ? {} : { blockOverrides: blockOverrides(block, 'blockOverrides') }),
  }
  const request = transactionRequest(await withBlobHashes(parameters))
  const params = [request, blockParameter(parameters), options]
  const wire = await chain.request('debug_traceCall', params, { signal })
  return traceOf(tracer, wire) as traceCall.ReturnType<tracer>
}

export declare namespace traceCall {
  type Tracer = keyof Results
  type Parameters<tracer extends Tracer | undefined = Tracer | undefined> = TransactionRequest &
    BlobRequest &
    BlockParameter & {
      /** What to tell. @default every step of the interpreter */
      tracer?: tracer | Tracer | undefined
      /** Options of the tracer. */
      tracerConfig?: (tracer extends Tracer ? Configs[tracer] : StepConfig) | undefined
      stateOverride?: StateOverride | undefined
      blockOverrides?: BlockOverrides | undefined
      /** Ends the call early. */
      signal?: AbortSignal | undefined
    }
  type ReturnType<tracer extends Tracer | undefined = undefined> = tracer extends Tracer
    ? Results[tracer]
    : StructLogs
  /** What each tracer tells. */
  type Results = {
    callTracer: CallFrame
    flatCallTracer: FlatCall[]
    prestateTracer: PrestateAccounts | PrestateDiff
    /** Selector and size of the arguments, with how often it was called. */
    '4byteTracer': Record<string, number>
    /** By the names of the tracers. */
    muxTracer: Partial<Record<string, unknown>>
    /** What a bundler asks for (ERC-7562). */
    erc7562Tracer: Record<string, unknown>
    noopTracer: Record<string, never>
  }
  type Configs = {
    callTracer: { onlyTopCall?: boolean; withLog?: boolean }
    flatCallTracer: { convertParityErrors?: boolean; includePrecompiles?: boolean }
    prestateTracer: {
      diffMode?: boolean
      disableCode?: boolean
      disableStorage?: boolean
      /** Shows accounts that were empty, too; not with `diffMode`. */
      includeEmpty?: boolean
    }
    '4byteTracer': Record<string, never>
    muxTracer: { [name in Tracer]?: object }
    erc7562Tracer: Record<string, unknown>
    noopTracer: Record<string, never>
  }
  /** What is told of each step. */
  type StepConfig = {
    enableMemory?: boolean
    disableStack?: boolean
    disableStorage?: boolean
    enableReturnData?: boolean
    /** Bytes of JSON after which no more steps are shown; 0 for all of them. @default 0 */
    limit?: number
  }
  type ErrorType = call.ErrorType
}

const TRACERS: readonly traceCall.Tracer[] = [
  'callTracer',
  'flatCallTracer',
  'prestateTracer',
  '4byteTracer',
  'muxTracer',
  'erc7562Tracer',
  'noopTracer',
]
