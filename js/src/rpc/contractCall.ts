import type {
  Abi,
  AbiParametersToPrimitiveTypes,
  AbiStateMutability,
  ExtractAbiFunction,
  ExtractAbiFunctionNames,
} from 'abitype'
import { BaseError } from '../error/BaseError.js'
import { InvalidParameterError } from '../error/InvalidParameterError.js'
import { loadModule } from '../loader/loadModule.js'
import { nearest } from '../options/nearest.js'
import { ExecutionRevertedError, type ProviderRpcError } from '../provider/rpcError.js'
import type { Hex } from '../type/wire.js'

/** Call of a contract function by its ABI, in viem's shape, in place of `data`. */
export type ContractCall = {
  readonly abi: Abi | readonly unknown[]
  readonly functionName: string
  readonly args?: readonly unknown[] | undefined
}

export declare namespace ContractCall {
  /** Calls of a tuple with the names and arguments of their ABIs; calls without ABI are unchanged. */
  type Checked<calls extends readonly unknown[]> = ContractCalls<calls>
  /** Decoded return data of a call: `undefined` for none, a value, or a tuple of several. */
  type Result<call> = ContractResult<call>
}

/** Fields in place of `data`, and its suffix. */
export type Encodable = Partial<{ readonly [field in keyof ContractCall]: unknown }> & {
  /** Bytes appended to the call data. */
  readonly dataSuffix?: Hex | undefined
}

/** Calls of a tuple with the names and arguments of their ABIs; calls without ABI are unchanged. */
export type ContractCalls<calls extends readonly unknown[]> = {
  readonly [position in keyof calls]: Checked<calls[position]>
}

type Checked<call> = call extends {
  readonly abi: infer abi extends Abi
  readonly functionName: unknown
}
  ? Abi extends abi
    ? call
    : Omit<call, keyof ContractCall> & { readonly abi: abi } & Named<abi, NameIn<call>>
  : call

type NameIn<call> = call extends { readonly functionName: infer name extends string } ? name : never

type Named<abi extends Abi, name extends string> = {
  readonly functionName: ExtractAbiFunctionNames<abi>
} & ([name] extends [ExtractAbiFunctionNames<abi>]
  ? readonly [] extends ArgsOf<abi, name>
    ? { readonly args?: ArgsOf<abi, name> | undefined }
    : { readonly args: ArgsOf<abi, name> }
  : { readonly args?: readonly unknown[] | undefined })

type ArgsOf<abi extends Abi, name extends ExtractAbiFunctionNames<abi>> =
  ExtractAbiFunction<abi, name> extends infer item extends { readonly inputs: readonly unknown[] }
    ? item extends ExtractAbiFunction<abi, name>
      ? AbiParametersToPrimitiveTypes<item['inputs'], 'inputs'>
      : never
    : never

/** Decoded return data of a call: `undefined` for none, a value, or a tuple of several. */
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

/** Encoded call with the decoders of its results. */
export type PreparedCall<request> = {
  /** Request with `data` in place of `abi`, `functionName`, `args` and `dataSuffix`. */
  readonly request: Omit<request, keyof Encodable>
  /**
   * Returns `data` decoded by the outputs of the function; `null` without a function or data.
   *
   * @throws {@link ResultUndecodableError}
   */
  decode(data: Hex): unknown
  /** Returns a revert decoded by the errors of the ABI; other errors are returned unchanged. */
  explain(error: ProviderRpcError): ProviderRpcError
}

/**
 * Encodes a call by its ABI.
 *
 * An ABI without `functionName` only decodes reverts: a call of the fallback function has its own `data`.
 *
 * @param path - Path of the call in errors, such as `calls[0]`; empty for the parameters.
 * @param index - Position of the call in its list, for errors.
 * @throws {@link InvalidParameterError} The function or an argument is not that of the ABI.
 * @throws {@link ModuleUnavailableError} The encoder could not be loaded.
 */
export async function preparedCall<request extends { readonly data?: Hex | undefined } & Encodable>(
  request: request,
  path = '',
  index = 0,
): Promise<PreparedCall<request>> {
  const { abi, functionName, args, dataSuffix, ...rest } = request
  const at = (field: string) => (path === '' ? field : `${path}.${field}`)
  const missing = (field: string, beside: string) =>
    new InvalidParameterError(at(field), `given beside \`${beside}\``, undefined)
  if (functionName === undefined && args !== undefined) throw missing('functionName', 'args')
  if (abi === undefined && functionName !== undefined) throw missing('abi', 'functionName')
  if (functionName !== undefined && request.data !== undefined)
    throw new InvalidParameterError(
      at('data'),
      'left out beside `functionName`, which encodes it',
      request.data,
    )
  const withData = (data: Hex | undefined) => {
    const whole = dataSuffix === undefined ? data : `${data ?? '0x'}${dataSuffix.slice(2)}`
    return { ...rest, ...(whole === undefined ? {} : { data: whole }) } as Omit<
      request,
      keyof Encodable
    >
  }
  if (abi === undefined)
    return { request: withData(request.data), decode: () => null, explain: (error) => error }
  const codec = await loadCodec()
  const items = abi as readonly AbiItem[]
  const explain = (error: ProviderRpcError) => explained(codec, items, error)
  if (functionName === undefined)
    return { request: withData(request.data), decode: () => null, explain }
  const name = functionName as string
  const values = (args ?? []) as readonly unknown[]
  const item = functionOf(codec, items, name, values, at)
  return {
    request: withData(encodedBy(codec, item, values, at)),
    decode(data) {
      if (data === '0x') return null
      try {
        return codec.AbiFunction.decodeResult(item as never, data)
      } catch (cause) {
        throw new ResultUndecodableError(path, index, signatureOf(item), data, cause)
      }
    },
    explain,
  }
}

/** Function of an ABI, with its overloads where several fit. */
type AbiFunction = Extract<Abi[number], { type: 'function' }> & {
  readonly overloads?: readonly AbiItem[]
}
type AbiItem = {
  readonly type?: string
  readonly name?: string
  readonly inputs?: readonly unknown[]
}
type Codec = Awaited<ReturnType<typeof loadCodec>>

/** Loads the encoder, which most callers never need. */
async function loadCodec() {
  const [AbiFunction, AbiError] = await Promise.all([
    loadModule('ox/AbiFunction', () => import('ox/AbiFunction')),
    loadModule('ox/AbiError', () => import('ox/AbiError')),
  ])
  return { AbiFunction, AbiError }
}

/** Returns the function of this name that fits the arguments. */
function functionOf(
  { AbiFunction }: Codec,
  abi: readonly AbiItem[],
  name: string,
  args: readonly unknown[],
  at: (field: string) => string,
): AbiFunction {
  const functions = abi.filter(({ type }) => type === 'function')
  const named = functions.filter(
    (item) =>
      item.name === name || (name.startsWith('0x') && selectorOf(AbiFunction, item) === name),
  )
  if (named.length === 0) {
    const names = functions.map((item) => item.name ?? '')
    const meant = nearest(name, names)
    const hint = meant === undefined ? undefined : `Did you mean \`${meant}\`?`
    throw new InvalidParameterError(
      at('functionName'),
      'the name of a function of `abi`',
      name,
      undefined,
      hint,
    )
  }
  const fitting = named.filter(({ inputs }) => (inputs ?? []).length === args.length)
  if (fitting.length === 0) {
    const takes = named.map((item) => signatureOf(item as AbiFunction)).join(' or ')
    const count = args.length === 1 ? '1 argument' : `${args.length} arguments`
    throw new InvalidParameterError(at('args'), `the arguments of ${takes}`, count)
  }
  try {
    const options = { args: args as never }
    return AbiFunction.fromAbi(fitting, name as never, options) as unknown as AbiFunction
  } catch (cause) {
    throw argumentError(at('args'), fitting, args, cause)
  }
}

function encodedBy(
  { AbiFunction }: Codec,
  item: AbiFunction,
  args: readonly unknown[],
  at: (field: string) => string,
): Hex {
  try {
    // The overload is already selected.
    const { overloads: _, ...one } = item
    return AbiFunction.encodeData(one as never, args as never)
  } catch (cause) {
    throw argumentError(at('args'), [item, ...(item.overloads ?? [])] as AbiItem[], args, cause)
  }
}

function argumentError(path: string, items: readonly AbiItem[], args: unknown, cause: unknown) {
  const takes = items.map((item) => signatureOf(item as AbiFunction)).join(' or ')
  const why = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
  return new InvalidParameterError(path, `the arguments of ${takes} (${why})`, args, cause)
}

function selectorOf(AbiFunction: Codec['AbiFunction'], item: AbiItem): Hex | undefined {
  try {
    return AbiFunction.getSelector(item as never)
  } catch {
    return undefined
  }
}

function signatureOf({ name, inputs }: AbiFunction): string {
  const types = (inputs ?? []).map((input) => (input as { type?: string }).type ?? '?')
  return `${name}(${types.join(', ')})`
}

function explained(
  { AbiError }: Codec,
  abi: readonly AbiItem[],
  error: ProviderRpcError,
): ProviderRpcError {
  if (!(error instanceof ExecutionRevertedError)) return error
  try {
    const data = error.data as Hex
    const errors = abi.filter(({ type }) => type === 'error')
    const item = AbiError.fromAbi(errors, data.slice(0, 10) as Hex)
    const values = AbiError.decode(item, data)
    const args = Array.isArray(values) ? values : values === undefined ? [] : [values]
    const text = `execution reverted: ${item.name}(${args.map(String).join(', ')})`
    return new ExecutionRevertedError(error.code, text, {
      data,
      decoded: { errorName: item.name, args },
    })
  } catch {
    // The ABI lacks this error.
    return error
  }
}

/** A call succeeded, and its return data contradicts its ABI. */
export class ResultUndecodableError extends BaseError {
  override readonly name = 'ResultUndecodableError'
  readonly code = 'RESULT_UNDECODABLE'
  /** Position of the call in its list, from zero. */
  readonly index: number
  constructor(path: string, index: number, signature: string, returned: Hex, cause: unknown) {
    const call = path === '' ? 'The call' : `\`${path}\``
    super(`${call} returned data that is no result of ${signature}.`, {
      cause,
      data: { index, data: returned },
      hint: 'Its `abi` may be that of another contract; `data` is what it returned.',
    })
    this.index = index
  }
}
