import { InvalidParameterError } from '../error/InvalidParameterError.js'
import { rpcError } from '../provider/rpcError.js'
import type { Hex } from '../type/wire.js'
import { chainIdOf } from './chains.js'
import { record } from './record.js'

/** Request of `wallet_sendCalls`. */
export type Request = {
  readonly id: string | undefined
  readonly from: Hex | undefined
  readonly chainId: Hex
  readonly atomicRequired: boolean
  readonly calls: readonly Request.Call[]
}

export declare namespace Request {
  type Call = {
    readonly to?: Hex | undefined
    readonly data?: Hex | undefined
    readonly value?: Hex | undefined
  }
}

/** Longest id in characters: 4,096 bytes in hexadecimal. */
const MOST_ID = 8_194
/** Most calls of a bundle. */
const MOST_CALLS = 1_000

/**
 * Reads the parameters of `wallet_sendCalls` (EIP-5792, version 2.0.0).
 *
 * @throws {@link InvalidParameterError} that names the field.
 * @throws {@link ProviderRpcError} 5700: a required capability is not supported; 5740: too many calls.
 */
export function readRequest(params: unknown): Request {
  const given = record(params, 'params[0]')
  known(given, REQUEST, 'params[0]')
  const { version, id, from, chainId, atomicRequired, calls } = given
  if (version !== '2.0.0') throw new InvalidParameterError('params[0].version', '"2.0.0"', version)
  if (id !== undefined && (typeof id !== 'string' || id === '' || id.length > MOST_ID))
    throw new InvalidParameterError('params[0].id', `a text of 1 to ${MOST_ID} characters`, id)
  if (typeof atomicRequired !== 'boolean')
    throw new InvalidParameterError('params[0].atomicRequired', 'true or false', atomicRequired)
  if (!Array.isArray(calls) || calls.length === 0)
    throw new InvalidParameterError('params[0].calls', 'a list of at least one call', calls)
  if (calls.length > MOST_CALLS)
    throw rpcError({ code: 5740, message: `A bundle has at most ${MOST_CALLS} calls.` })
  optional(given.capabilities, 'params[0].capabilities')
  return {
    id,
    from: hex(from, ADDRESS, 'params[0].from', 'an address of 20 bytes in hexadecimal'),
    chainId: chainIdOf(chainId),
    atomicRequired,
    calls: calls.map((call, index) => callOf(call, `params[0].calls[${index}]`)),
  }
}

function callOf(value: unknown, path: string): Request.Call {
  const call = record([value], path)
  known(call, CALL, path)
  optional(call.capabilities, `${path}.capabilities`)
  return {
    to: hex(call.to, ADDRESS, `${path}.to`, 'an address of 20 bytes in hexadecimal'),
    data: hex(call.data, BYTES, `${path}.data`, 'bytes in hexadecimal'),
    value: hex(call.value, QUANTITY, `${path}.value`, 'wei in hexadecimal'),
  }
}

const REQUEST = ['version', 'id', 'from', 'chainId', 'atomicRequired', 'calls', 'capabilities']
const CALL = ['to', 'data', 'value', 'capabilities']

const ADDRESS = /^0x[\da-f]{40}$/i
const BYTES = /^0x([\da-f]{2})*$/i
const QUANTITY = /^0x[\da-f]{1,64}$/i

function hex(value: unknown, form: RegExp, path: string, expected: string): Hex | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string' && form.test(value)) return value as Hex
  throw new InvalidParameterError(path, expected, value)
}

/** Refuses unknown fields instead of dropping them. */
function known(value: Record<string, unknown>, names: readonly string[], path: string): void {
  const other = Object.keys(value).find((name) => !names.includes(name))
  if (other === undefined || value[other] === undefined) return
  throw new InvalidParameterError(`${path}.${other}`, 'left out', value[other])
}

/** Refuses required capabilities: none is supported. */
function optional(capabilities: unknown, path: string): void {
  if (capabilities === undefined || capabilities === null) return
  for (const [name, capability] of Object.entries(record([capabilities], path))) {
    if (capability instanceof Object && Reflect.get(capability, 'optional') === true) continue
    throw rpcError({ code: 5700, message: `The capability ${name} is not supported.` })
  }
}
