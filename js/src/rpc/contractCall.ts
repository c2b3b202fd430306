import type {
  Abi,
  AbiParametersToPrimitiveTypes,
  AbiStateMutability,
  ExtractAbiFunction,
  ExtractAbiFunctionNames,
} from 'abitype'
import { InvalidParameterError } from '../error/InvalidParameterError.js'
import { ExecutionRevertedError, type ProviderRpcError } from '../provider/rpcError.js'
import type { Hex } from '../type/wire.js'
import type { TransactionRequest } from './transactionRequest.js'

/** A call of a function that an ABI has, in viem's shape: `data` is made of it. */
export type ContractCall = {
  readonly abi: Abi | readonly unknown[]
  readonly functionName: string
  readonly args?: readonly unknown[] | undefined
}

/** What may stand in place of `data` and behind it. */
export type Encodable = Partial<{ readonly [field in keyof ContractCall]: unknown }> & {
  /** Bytes that are appended to the data. */
  readonly dataSuffix?: Hex | undefined
}

/** Calls whose names and arguments are those of their ABI; others as they are. */
export type ContractCalls<calls extends readonly unknown[]> = {
  readonly [position in keyof calls]: Checked<calls[position]>
}

type Checked<call> = call extends { readonly abi: infer abi extends Abi }
  ? Abi extends abi
    ? call
    : Omit<call, keyof ContractCall> & { readonly abi: abi } & Named<abi, NameIn<call>>
  : call

type NameIn<call> = call extends { readonly functionName: infer name extends string } ? name : never

type Named<abi extends Abi, name extends string> = {
  readonly functionName: ExtractAbiFunctionNames<abi>
} & ([name] extends [ExtractAbiFunctionNames<abi>]
  ? ArgsOf<abi, name> extends readonly []
    ? { readonly args?: readonly [] | undefined }
    : { readonly args: ArgsOf<abi, name> }
  : { readonly args?: readonly unknown[] | undefined })

type ArgsOf<abi extends Abi, name extends ExtractAbiFunctionNames<abi>> =
  ExtractAbiFunction<abi, name> extends infer item extends { readonly inputs: readonly unknown[] }
    ? item extends ExtractAbiFunction<abi, name>
      ? AbiParametersToPrimitiveTypes<item['inputs'], 'inputs'>
      : never
    : never

/** What a call returns, decoded: `undefined` for nothing, a value, or a list of several. */
export type ContractResult<call> = call extends {
  readonly abi: infer abi extends Abi
  readonly functionName: infer name extends string
}
  ? Abi extends abi
    ? unknown
    : name extends ExtractAbiFunctionNames<abi, AbiStateMutability>
      ? Unwrapped<
          AbiParametersToPrimitiveTypes<ExtractAbiFunction<abi, name>['outputs'], 'outputs'>
        >
      : unknown
  : unknown

type Unwrapped<values> = values extends readonly []
  ? undefined
  : values extends readonly [infer only]
    ? only
    : values

/**
 * Returns the request with `data` in place of `abi`, `functionName`, `args` and `dataSuffix`.
 *
 * @param path - What the caller knows the call as, for errors; empty for the parameters.
 * @throws {@link InvalidParameterError} The function or an argument does not fit the ABI.
 */
export async function encoded<request extends TransactionRequest & Encodable>(
  request: request,
  path = '',
): Promise<Omit<request, keyof Encodable>> {
  const { abi, functionName, args, dataSuffix, ...rest } = request
  if (abi === undefined && dataSuffix === undefined) return rest
  let { data } = request
  if (abi !== undefined) {
    try {
      const { encodeData } = await import('ox/AbiFunction')
      const call = [functionName as string, ...(args === undefined ? [] : [args])] as const
      data = encodeData(abi as readonly unknown[], ...(call as readonly [string]))
    } catch (cause) {
      const field = path === '' ? 'functionName' : `${path}.functionName`
      const message = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
      throw new InvalidParameterError(
        field,
        `a function of \`abi\` with such \`args\` (${message})`,
        functionName,
        cause,
      )
    }
  }
  if (dataSuffix !== undefined) data = `${data ?? '0x'}${dataSuffix.slice(2)}`
  return { ...rest, data } as Omit<request, keyof Encodable>
}

/** Returns what `data` says by the function's outputs; `null` where the call has no ABI or no data. */
export async function decoded(call: Encodable, data: Hex): Promise<unknown> {
  if (call.abi === undefined || data === '0x') return null
  const { decodeResult, fromAbi } = await import('ox/AbiFunction')
  const args = call.args as readonly unknown[] | undefined
  // Functions of one name differ by what they are called with.
  const item = fromAbi(call.abi as readonly unknown[], call.functionName as string, {
    ...(args === undefined ? {} : { args: args as never }),
  })
  return decodeResult(item, data)
}

/** Returns `error`, with the words of the ABI for what a call has reverted with, where it has them. */
export async function explained(
  call: Encodable,
  error: ProviderRpcError,
): Promise<ProviderRpcError> {
  if (call.abi === undefined || !(error instanceof ExecutionRevertedError)) return error
  const { decode, fromAbi } = await import('ox/AbiError')
  try {
    const data = error.data as Hex
    const item = fromAbi(call.abi as readonly unknown[], data.slice(0, 10) as Hex)
    const values = decode(item, data)
    const args = Array.isArray(values) ? values : values === undefined ? [] : [values]
    const text = `execution reverted: ${item.name}(${args.map(String).join(', ')})`
    return new ExecutionRevertedError(error.code, text, {
      data,
      decoded: { errorName: item.name, args },
    })
  } catch {
    // The ABI does not have this error.
    return error
  }
}
