import { expect, test } from 'vitest'
import { BaseError } from './BaseError.js'
import { engineError } from './engineError.js'

test.each([
  ['INVALID_FIXTURE', 'InvalidFixtureError', 'INVALID_FIXTURE'],
  ['INVALID_BLOCK', 'InvalidBlockError', 'INVALID_BLOCK'],
  ['INVALID_TRANSACTION', 'InvalidTransactionError', 'INVALID_TRANSACTION'],
  ['STATE_UNAVAILABLE', 'StateUnavailableError', 'STATE_UNAVAILABLE'],
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
