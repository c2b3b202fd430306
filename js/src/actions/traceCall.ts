import type { NodeClient } from '../node/client.js'
import { check } from '../options/check.js'
import { OPTIONS, TRACERS } from '../options/options.js'
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
import { blockOverrides, type Overrides, stateOverride, stateOverridesOf } from '../rpc/override.js'
import { type TransactionRequest, transactionRequest } from '../rpc/transactionRequest.js'
import type { Hex } from '../type/wire.js'
import type { call } from './call.js'

/**
 * Runs a call and returns what a tracer tells of it; nothing changes. The tracers are those of
 * `debug_traceCall`; without a name, every step of the interpreter is told.
 *
 * @example
 * const { calls, gasUsed } = await evm.traceCall({ to, data, tracer: 'callTracer' })
 *
 * @param node - Client of the node.
 * @param parameters - {@link traceCall.Parameters}
 * @throws {@link ProviderRpcError} with the code of JSON-RPC.
 * @throws {@link InvalidParameterError} that names the field.
 */
export async function traceCall<const tracer extends traceCall.Tracer | undefined = undefined>(
  node: NodeClient,
  parameters: traceCall.Parameters<tracer>,
): Promise<traceCall.ReturnType<tracer>> {
  check(parameters, OPTIONS.traceCall)
  const { tracer, tracerConfig, signal, blockOverrides: block } = parameters
  if (tracerConfig !== undefined)
    check(tracerConfig, TRACERS[tracer ?? 'structLogs'], 'tracerConfig')
  const state = stateOverridesOf(parameters)
  const options = {
    ...(tracer === undefined ? tracerConfig : { tracer, tracerConfig }),
    ...(state === undefined ? {} : { stateOverrides: stateOverride(state) }),
    ...(block === undefined ? {} : { blockOverrides: blockOverrides(block) }),
  }
  const request = transactionRequest(await withBlobHashes(parameters))
  const params = [request, blockParameter(parameters), options]
  const wire = await node.request('debug_traceCall', params, { signal })
  return traceOf(tracer, wire) as traceCall.ReturnType<tracer>
}

export declare namespace traceCall {
  type Tracer = keyof Results
  type Parameters<tracer extends Tracer | undefined = Tracer | undefined> = TransactionRequest &
    BlobRequest &
    BlockParameter &
    Overrides & {
      /** What to tell. @default every step of the interpreter */
      tracer?: tracer | Tracer | undefined
      /** Options of the tracer. */
      tracerConfig?: (tracer extends Tracer ? Configs[tracer] : StepConfig) | undefined
      /** Ends the call early. Nothing is changed by it, whenever that is. */
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
    callTracer: { onlyTopCall?: boolean | undefined; withLog?: boolean | undefined }
    flatCallTracer: {
      convertParityErrors?: boolean | undefined
      includePrecompiles?: boolean | undefined
    }
    prestateTracer: {
      diffMode?: boolean | undefined
      disableCode?: boolean | undefined
      disableStorage?: boolean | undefined
      /** Shows accounts that were empty, too; not with `diffMode`. @default false */
      includeEmpty?: boolean | undefined
    }
    '4byteTracer': Record<never, never>
    muxTracer: { [name in Tracer]?: object | null | undefined }
    erc7562Tracer: {
      stackTopItemsSize?: number | undefined
      /** Opcodes that are not counted. */
      ignoredOpcodes?: readonly Hex[] | undefined
      withLog?: boolean | undefined
    }
    noopTracer: Record<never, never>
  }
  /** What is told of each step. */
  type StepConfig = {
    enableMemory?: boolean | undefined
    disableStack?: boolean | undefined
    disableStorage?: boolean | undefined
    enableReturnData?: boolean | undefined
    /** Bytes of JSON after which no more steps are shown; 0 for all of them. @default 0 */
    limit?: number | undefined
  }
  type ErrorType = call.ErrorType
}
