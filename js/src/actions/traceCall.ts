import type { NodeClient } from '../node/client.js'
import { check } from '../options/check.js'
import { OPTIONS, TRACERS } from '../options/options.js'
import { type BlobRequest, withBlobHashes } from '../rpc/blobHashes.js'
import { type BlockParameter, blockParameter } from '../rpc/blockParameter.js'
import { blockOverrides, type Overrides, stateOverride, stateOverridesOf } from '../rpc/override.js'
import { type Trace, traceOf } from '../rpc/trace.js'
import { type TransactionRequest, transactionRequest } from '../rpc/transactionRequest.js'
import type { Hex } from '../type/wire.js'
import type { call } from './call.js'

/**
 * Executes a call with a tracer of `debug_traceCall` and resolves with its trace. Without a name, every step of the
 * interpreter is recorded. The node does not change.
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
      /** Name of the tracer. @default every step of the interpreter */
      tracer?: tracer | Tracer | undefined
      /** Options of the tracer. */
      tracerConfig?: (tracer extends Tracer ? Configs[tracer] : StepConfig) | undefined
      /** Rejects the call early with the signal's reason. */
      signal?: AbortSignal | undefined
    }
  type ReturnType<tracer extends Tracer | undefined = undefined> = tracer extends Tracer
    ? Results[tracer]
    : Trace.StructLogs
  /** Result of each tracer. */
  type Results = {
    callTracer: Trace.CallFrame
    flatCallTracer: Trace.FlatCall[]
    prestateTracer: Trace.Prestate | Trace.PrestateDiff
    /** Number of calls by selector and size of the arguments. */
    '4byteTracer': Record<string, number>
    /** Results by the names of the tracers. */
    muxTracer: Partial<Record<string, unknown>>
    /** Validation rules of bundlers (ERC-7562). */
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
      /** Whether empty accounts are included; not with `diffMode`. @default false */
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
  /** Content of a step. */
  type StepConfig = {
    enableMemory?: boolean | undefined
    disableStack?: boolean | undefined
    disableStorage?: boolean | undefined
    enableReturnData?: boolean | undefined
    /** Bytes of JSON after which steps are dropped; 0 for no limit. @default 0 */
    limit?: number | undefined
  }
  type ErrorType = call.ErrorType
}
