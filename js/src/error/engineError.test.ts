import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { BaseError } from './BaseError.js'
import { ENGINE_ERRORS, engineError } from './engineError.js'

test.each([
  ['INVALID_FIXTURE', 'InvalidFixtureError', 'INVALID_FIXTURE'],
  ['INVALID_BLOCK', 'InvalidBlockError', 'INVALID_BLOCK'],
  ['INVALID_TRANSACTION', 'InvalidTransactionError', 'INVALID_TRANSACTION'],
  ['INVALID_CHAIN', 'InvalidChainError', 'INVALID_CHAIN'],
  ['STATE_UNAVAILABLE', 'StateUnavailableError', 'STATE_UNAVAILABLE'],
  ['CANCELLED', 'EngineBugError', 'ENGINE_BUG'],
  ['INVALID_OPTION', 'EngineBugError', 'ENGINE_BUG'],
  ['BUG', 'EngineBugError', 'ENGINE_BUG'],
  ['SOMETHING_ELSE', 'EngineBugError', 'ENGINE_BUG'],
])('%s becomes %s', (code, name, ownCode) => {
  const error = engineError({ code, message: 'transaction 3 is wrong', data: { index: 3 } })
  expect(error).toBeInstanceOf(BaseError)
  expect(error).toMatchObject({ name, code: ownCode, data: { index: 3 } })
  expect(error.message).toMatch(/transaction 3 is wrong\.\n/i)
  expect(error.hint).toBeTypeOf('string')
})

test('a fixture error has the field and the position of the transaction', () => {
  const data = { field: 'transactions[3].from', index: 3 }
  const error = engineError({ code: 'INVALID_FIXTURE', message: 'wrong', data })
  expect(error).toMatchObject(data)
})

test('the engine has the same codes', () => {
  const source = readFileSync(new URL('../../../crate/wasm/src/error.rs', import.meta.url), 'utf8')
  const codes = [...source.matchAll(/(?:Self::new\(|code: )"([A-Z_]+)"/g)].map(([, code]) => code)
  expect([...new Set(codes)].sort()).toEqual(Object.keys(ENGINE_ERRORS).sort())
})
