import { InvalidParameterError } from '../error/InvalidParameterError.js'
import type { Hex } from '../type/wire.js'
import type { StateOverride } from './override.js'
import type { TransactionRequest } from './transactionRequest.js'

/** Call of a contract that is not deployed, in viem's shape. */
export type Deployless = {
  /** Init code of the contract to call, in place of `to`. */
  readonly code?: Hex | undefined
  /** Factory that deploys the contract at `to` when it is called with `factoryData`. */
  readonly factory?: Hex | undefined
  readonly factoryData?: Hex | undefined
}

/** Call of a helper contract, with the override that puts its code at an unused address. */
export type Prepared = {
  request: TransactionRequest
  stateOverride: StateOverride
}

/**
 * Returns the call of a helper that deploys the contract, calls it, and returns or reverts with its data;
 * `undefined` where no deployment is requested.
 *
 * @throws {@link InvalidParameterError} that names the field.
 */
export function deployless(
  { code, factory, factoryData, ...request }: TransactionRequest & Deployless,
  overrides: StateOverride,
): Prepared | undefined {
  if (code === undefined && factory === undefined && factoryData === undefined) return undefined
  const data = request.data ?? '0x'
  if (code !== undefined) {
    if (factory !== undefined || factoryData !== undefined)
      throw new InvalidParameterError('code', 'left out beside `factory`', code)
    if (request.to !== undefined && request.to !== null)
      throw new InvalidParameterError('code', 'left out beside `to`', code)
    return callOf(request, overrides, [code, data], createAndCall(sizeOf(code), sizeOf(data)))
  }
  if (factory === undefined)
    throw new InvalidParameterError('factory', 'given beside `factoryData`', factory)
  if (factoryData === undefined)
    throw new InvalidParameterError('factoryData', 'given beside `factory`', factoryData)
  const { to } = request
  if (to === undefined || to === null)
    throw new InvalidParameterError('to', 'given with `factory`', to)
  const helper = deployAndCall(to, factory, sizeOf(factoryData), sizeOf(data))
  return callOf(request, overrides, [factoryData, data], helper)
}

function callOf(
  request: TransactionRequest,
  overrides: StateOverride,
  parts: readonly Hex[],
  code: Hex,
): Prepared {
  const to = freeAddress(overrides.map(({ address }) => address))
  const data: Hex = `0x${parts.map((part) => part.slice(2)).join('')}`
  return { request: { ...request, to, data }, stateOverride: [...overrides, { address: to, code }] }
}

/** Returns an address without a known key that is not in `taken`. */
export function freeAddress(taken: readonly Hex[]): Hex {
  const occupied = new Set(taken.map((address) => BigInt(address)))
  let address = 0xdeadbeefn
  while (occupied.has(address)) address += 1n
  return `0x${address.toString(16).padStart(40, '0')}`
}

/** Returns code that creates a contract from the first bytes of its call data, and calls it with the rest. */
function createAndCall(codeSize: number, dataSize: number): Hex {
  // CREATE2 with salt and value of zero
  const create = `${copy(0, codeSize)}${push(0)}${push(codeSize)}${push(0)}${push(0)}f5`
  return assemble(create, `${copy(codeSize, dataSize)}${callWith(dataSize)}`)
}

/** Returns code that calls `factory` where `to` has no code, and then `to`. */
function deployAndCall(to: Hex, factory: Hex, factorySize: number, dataSize: number): Hex {
  const [contract, maker] = [to, factory].map((address) => `73${address.slice(2)}`)
  const input = `${push(factorySize)}${push(0)}`
  const make = `${copy(0, factorySize)}${push(0)}${push(0)}${input}${push(0)}${maker}5af150`
  // EXTCODESIZE, PUSH3 behind, JUMPI; JUMPDEST
  const begin = `${contract}3b`
  const behind = begin.length / 2 + 5 + make.length / 2
  const deploy = `${begin}${push(behind)}57${make}5b${contract}`
  return assemble(deploy, `${copy(factorySize, dataSize)}${callWith(dataSize)}`)
}

/** Returns code that runs `rest` where the address on the stack after `begin` has code, and reverts elsewhere. */
function assemble(begin: string, rest: string): Hex {
  // DUP1, EXTCODESIZE, ISZERO, PUSH3, JUMPI
  const start = begin.length / 2 + 3 + 5
  const body = finish(rest, start)
  const fails = start + body.length / 2
  return `0x${begin}803b15${push(fails)}57${body}5b${failure(fails + 1)}`
}

/** Returns code that reverts with a reason stored after it; it must be the end of the code. */
function failure(start: number): string {
  const reason = 'the contract was not deployed'
  const text = [...new TextEncoder().encode(reason)].map((byte) => byte.toString(16)).join('')
  const word = (value: number) => value.toString(16).padStart(64, '0')
  // Error(string)
  const data = `08c379a0${word(32)}${word(reason.length)}${text.padEnd(64, '0')}`
  // PUSH3 size, DUP1, PUSH3 where the reason is, PUSH3 0, CODECOPY, PUSH3 0, REVERT: 19 bytes
  return `${push(data.length / 2)}80${push(start + 19)}${push(0)}39${push(0)}fd${data}`
}

/** Returns code that returns or reverts with the return data of the call in `rest`. */
function finish(rest: string, start: number): string {
  // RETURNDATASIZE, PUSH3 0, PUSH3 0, RETURNDATACOPY
  const take = `3d${push(0)}${push(0)}3e`
  const begin = `${rest}${take}`
  // PUSH3, JUMPI, RETURNDATASIZE, PUSH3 0, REVERT
  const success = start + begin.length / 2 + 5 + 6
  return `${begin}${push(success)}573d${push(0)}fd5b3d${push(0)}f3`
}

/** Returns code that calls the address on the stack with the start of memory. */
function callWith(size: number): string {
  // The address is below out and in, their sizes and the value: DUP6.
  return `${push(0)}${push(0)}${push(size)}${push(0)}${push(0)}855af1`
}

/** Returns code that copies call data to the start of memory. */
function copy(from: number, size: number): string {
  // CALLDATACOPY
  return `${push(size)}${push(from)}${push(0)}37`
}

/** Returns PUSH3 of a value. */
function push(value: number): string {
  return `62${value.toString(16).padStart(6, '0')}`
}

function sizeOf(bytes: Hex): number {
  return (bytes.length - 2) / 2
}
