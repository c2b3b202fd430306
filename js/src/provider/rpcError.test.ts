import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { BaseError } from '../error/BaseError.js'
import { CLASSES, ProviderRpcError, rpcError } from './rpcError.js'

const SIMULATION = [
  -38010, -38011, -38012, -38013, -38014, -38015, -38020, -38021, -38022, -38023, -38024, -38025,
  -38026,
]

const table: readonly (readonly [number, string])[] = [
  [-32600, 'InvalidRequestRpcError'],
  [-32601, 'MethodNotFoundRpcError'],
  [-32602, 'InvalidParamsRpcError'],
  [-32603, 'InternalRpcError'],
  [-32000, 'InvalidInputRpcError'],
  [-32001, 'ResourceNotFoundRpcError'],
  [-32002, 'ResourceUnavailableRpcError'],
  [-32003, 'TransactionRejectedRpcError'],
  [-32005, 'LimitExceededRpcError'],
  [-32016, 'TimeoutRpcError'],
  [3, 'ExecutionRevertedError'],
  [4, 'TransactionTimeoutError'],
  [5, 'TransactionNotReadyError'],
  [4100, 'UnauthorizedProviderError'],
  [4900, 'ProviderDisconnectedError'],
  [4902, 'SwitchChainError'],
  [5700, 'UnsupportedNonOptionalCapabilityError'],
  [5710, 'UnsupportedChainIdError'],
  [5720, 'DuplicateIdError'],
  [5730, 'UnknownBundleIdError'],
  [5740, 'BundleTooLargeError'],
  [5760, 'AtomicityNotSupportedError'],
  ...SIMULATION.map((code) => [code, 'SimulationRefusedError'] as const),
]

test.each(table)('%s is a %s', (code, name) => {
  const error = rpcError({ code, message: 'the reason', data: '0x01' })
  expect(error).toBeInstanceOf(BaseError)
  expect(error).toMatchObject({ name, code, message: 'the reason', data: '0x01' })
})

test('a code without a class is a ProviderRpcError', () => {
  const error = rpcError({ code: -39999, message: 'the reason' })
  expect(error.constructor).toBe(ProviderRpcError)
  expect(error).toMatchObject({ name: 'ProviderRpcError', code: -39999 })
})

test('an error without data has none', () => {
  expect(rpcError({ code: -32603, message: 'no' }).data).toBeUndefined()
})

const root = new URL('../../../', import.meta.url)
const sources = ['crate', 'js/src'].flatMap((folder) =>
  readdirSync(new URL(folder, root), { recursive: true }).map((file) => `${folder}/${file}`),
)

/** Returns the numbers in the code of the matching files, comments left out. */
function codesIn(files: RegExp, literal: RegExp): number[] {
  const texts = sources
    .filter((file) => files.test(file) && !file.endsWith('.test.ts'))
    .map((file) => readFileSync(new URL(file, root), 'utf8'))
  const code = texts.flatMap((text) => text.split('\n').filter((line) => !COMMENT.test(line)))
  return code.flatMap((line) => [...line.matchAll(literal)].map(([, digits]) => numberOf(digits)))
}

const COMMENT = /^\s*(\/\/|\*|\/\*)/
const numberOf = (digits = '') => Number(digits.replace('_', ''))

test('every code of the engine and of the provider has a class, and every class a code that is thrown', () => {
  const engine = codesIn(/^crate\/\w+\/src\/.*\.rs$/, /(?<![\w.])(-3[28]_\d{3})\b/g)
  const call = codesIn(/^crate\/\w+\/src\/.*\berror\.rs$/, /=> ([345]),/g)
  const provider = codesIn(/^js\/src\/.*\.ts$/, /\bcode: (-?\d+)\b/g)
  const thrown = new Set([...engine, ...call, ...provider])
  const known = Object.keys(CLASSES).map(Number)
  expect([...thrown].sort()).toEqual(known.sort())
  expect(table.map(([code]) => code).sort()).toEqual(known)
})
