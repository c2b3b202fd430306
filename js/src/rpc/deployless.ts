import { InvalidParameterError } from '../error/InvalidParameterError.js'
import type { Hex } from '../type/wire.js'
import type { StateOverride } from './override.js'
import type { TransactionRequest } from './transactionRequest.js'

/** A call of a contract that is not there yet, in viem's shape. */
export type Deployless = {
  /** Code that creates the contract to call; in place of `to`. */
  readonly code?: Hex | undefined
  /** Who creates the contract at `to`, where there is none, when it is called with `factoryData`. */
  readonly factory?: Hex | undefined
  readonly factoryData?: Hex | undefined
}

/** A call, and the account that makes it: code that creates first, put at an address that nobody has. */
export type Prepared = {
  request: TransactionRequest
  stateOverride: StateOverride
}

/**
 * Returns the call of a helper that creates the contract, calls it, and returns or reverts with what that
 * does; `undefined` where the contract is taken to be there.
 *
 * @throws {@link InvalidParameterError} that names the field.
 */
export function deployless(
  { code, factory, factoryData, ...request }: TransactionRequest & Deployless,
  taken: StateOverride,
): Prepared | undefined {
  if (code === undefined && factory === undefined && factoryData === undefined) return undefined
  const data = request.data ?? '0x'
  if (code !== undefined) {
    if (factory !== undefined || factoryData !== undefined)
      throw new InvalidParameterError('code', 'left out beside `factory`', code)
    if (request.to !== undefined && request.to !== null)
      throw new InvalidParameterError('code', 'left out beside `to`', code)
    return called(request, taken, [code, data], createAndCall(sizeOf(code), sizeOf(data)))
  }
  if (factory === undefined)
    throw new InvalidParameterError('factory', 'there beside `factoryData`', factory)
  if (factoryData === undefined)
    throw new InvalidParameterError('factoryData', 'there beside `factory`', factoryData)
  const { to } = request
  if (to === undefined || to === null)
    throw new InvalidParameterError('to', 'there with `factory`', to)
  const helper = deployAndCall(to, factory, sizeOf(factoryData), sizeOf(data))
  return called(request, taken, [factoryData, data], helper)
}

function called(
  request: TransactionRequest,
  taken: StateOverride,
  parts: readonly Hex[],
  code: Hex,
): Prepared {
  const to = freeAddress(taken.map(({ address }) => address))
  const data: Hex = `0x${parts.map((part) => part.slice(2)).join('')}`
  return { request: { ...request, to, data }, stateOverride: [...taken, { address: to, code }] }
}

/** Returns an address that is none of `taken`, and that nobody has a key of. */
export function freeAddress(taken: readonly Hex[]): Hex {
  const occupied = new Set(taken.map((address) => BigInt(address)))
  let address = 0xdeadbeefn
  while (occupied.has(address)) address += 1n
  return `0x${address.toString(16).padStart(40, '0')}`
}

/** Creates a contract from the first bytes of its data, and calls that with the others. */
function createAndCall(codeSize: number, dataSize: number): Hex {
  // CREATE2 with salt and value of zero
  const create = `${copy(0, codeSize)}${push(0)}${push(codeSize)}${push(0)}${push(0)}f5`
  return assemble(create, `${copy(codeSize, dataSize)}${callWith(dataSize)}`)
}

/** Has `factory` create the contract at `to`, where there is none, and calls that. */
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

/** Code that goes on with `rest` where there is code at the address that `begin` leaves, else says so. */
function assemble(begin: string, rest: string): Hex {
  // DUP1, EXTCODESIZE, ISZERO, PUSH3, JUMPI
  const start = begin.length / 2 + 3 + 5
  const body = finish(rest, start)
  const fails = start + body.length / 2
  return `0x${begin}803b15${push(fails)}57${body}5b${failure(fails + 1)}`
}

/** Reverts with a reason that lies behind it; the last of the code, for no instruction is looked for in it. */
function failure(start: number): string {
  const reason = 'the contract was not deployed'
  const text = [...new TextEncoder().encode(reason)].map((byte) => byte.toString(16)).join('')
  const word = (value: number) => value.toString(16).padStart(64, '0')
  // Error(string)
  const data = `08c379a0${word(32)}${word(reason.length)}${text.padEnd(64, '0')}`
  // PUSH3 size, DUP1, PUSH3 where the reason is, PUSH3 0, CODECOPY, PUSH3 0, REVERT: 19 bytes
  return `${push(data.length / 2)}80${push(start + 19)}${push(0)}39${push(0)}fd${data}`
}

/** Returns or reverts with what the call of `rest` returned. */
function finish(rest: string, start: number): string {
  // RETURNDATASIZE, PUSH3 0, PUSH3 0, RETURNDATACOPY
  const take = `3d${push(0)}${push(0)}3e`
  const begin = `${rest}${take}`
  // PUSH3, JUMPI, RETURNDATASIZE, PUSH3 0, REVERT
  const success = start + begin.length / 2 + 5 + 6
  return `${begin}${push(success)}573d${push(0)}fd5b3d${push(0)}f3`
}

/** Calls the address on the stack with what lies at the beginning of memory. */
function callWith(size: number): string {
  // The address is below out and in, their sizes and the value: DUP6.
  return `${push(0)}${push(0)}${push(size)}${push(0)}${push(0)}855af1`
}

/** Copies data to the beginning of memory. */
function copy(from: number, size: number): string {
  // CALLDATACOPY
  return `${push(size)}${push(from)}${push(0)}37`
}

/** PUSH3. */
function push(value: number): string {
  return `62${value.toString(16).padStart(6, '0')}`
}

function sizeOf(bytes: Hex): number {
  return (bytes.length - 2) / 2
}
