import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEvm, type Evm, type Hex, ResultUndecodableError } from '../../dist/js/src/index.js'

const ALICE = `0x${'a1'.repeat(20)}` as const
const ANSWERS = `0x${'42'.repeat(20)}` as const
const ECHOES = `0x${'ec'.repeat(20)}` as const
const FAILS = `0x${'fa'.repeat(20)}` as const

const stateOverrides = [
  // Returns the word 42 whatever it is asked.
  { address: ANSWERS, code: '0x602a5f5260205ff3' as Hex },
  // Returns its selector, in a word: CALLDATALOAD, SHR, MSTORE, RETURN.
  { address: ECHOES, code: '0x5f3560e01c5f5260205ff3' as Hex },
  // Reverts with Broke(5).
  { address: FAILS, code: '0x639ad27b265f5260056020526024601cfd' as Hex },
]

const abi = [
  {
    type: 'function',
    name: 'get',
    stateMutability: 'view',
    inputs: [{ type: 'address' }],
    outputs: [{ type: 'uint256' }],
  },
  {
    type: 'function',
    name: 'name',
    stateMutability: 'view',
    inputs: [],
    outputs: [{ type: 'string' }],
  },
  {
    type: 'function',
    name: 'over',
    stateMutability: 'view',
    inputs: [],
    outputs: [{ type: 'uint256' }],
  },
  {
    type: 'function',
    name: 'over',
    stateMutability: 'view',
    inputs: [{ type: 'uint256' }],
    outputs: [{ type: 'uint256' }],
  },
  {
    type: 'function',
    name: 'over',
    stateMutability: 'view',
    inputs: [{ type: 'string' }],
    outputs: [{ type: 'uint256' }],
  },
  { type: 'error', name: 'Broke', inputs: [{ name: 'missing', type: 'uint256' }] },
  { type: 'constructor', inputs: [{ type: 'uint256' }], stateMutability: 'nonpayable' },
  { type: 'fallback', stateMutability: 'payable' },
  { type: 'receive', stateMutability: 'payable' },
] as const

let evm: Evm
beforeAll(async () => {
  evm = await createEvm({ build: 'single' })
})
afterAll(() => evm.close())

const byCalls = (calls: readonly object[]) =>
  evm.simulateCalls({ calls: calls as never, stateOverrides })
const bySimulate = (calls: readonly object[]) =>
  evm.simulate({ calls: calls as never, stateOverrides })

describe.each([
  ['simulateCalls', byCalls],
  ['simulate', bySimulate],
] as const)('%s', (_, simulate) => {
  const get = { to: ANSWERS, abi, functionName: 'get', args: [ALICE] }
  const wrong: [string, object, string, string][] = [
    ['too few arguments', { args: [] }, 'args', 'the arguments of get(address), not "0 arguments"'],
    ['no arguments', { args: undefined }, 'args', 'the arguments of get(address)'],
    ['too many arguments', { args: [ALICE, 1n] }, 'args', 'the arguments of get(address)'],
    ['an argument of another type', { args: [7n] }, 'args', 'the arguments of get(address)'],
    ['a name for an address', { args: ['vitalik.eth'] }, 'args', 'the arguments of get(address)'],
    ['an unknown function', { functionName: 'gett' }, 'functionName', 'Did you mean `get`?'],
    [
      'no such overload',
      { functionName: 'over', args: [1n, 2n] },
      'args',
      'over() or over(uint256)',
    ],
    ['data beside', { data: '0x' }, 'data', 'left out beside `functionName`'],
    ['no ABI', { abi: undefined }, 'abi', 'given beside `functionName`'],
    ['no function', { functionName: undefined }, 'functionName', 'given beside `args`'],
    ['an ABI as text', { abi: '[]' }, 'abi', 'a list of the objects of an ABI'],
  ]
  test.each(wrong)('%s', async (_, change, field, message) => {
    const refused = expect(simulate([get, { ...get, ...change }])).rejects
    await refused.toMatchObject({
      name: 'InvalidParameterError',
      data: { parameter: `calls[1].${field}` },
      message: expect.stringContaining(message),
    })
  })
})

test('of overloads the one is called that takes such arguments', async () => {
  const over = { to: ECHOES, abi, functionName: 'over' } as const
  const { results } = await evm.simulateCalls({
    calls: [over, { ...over, args: [1n] }, { ...over, args: ['text'] }],
    stateOverrides,
  })
  // Selectors of over(), over(uint256) and over(string).
  expect(results.map(({ result }) => result)).toEqual([0x7eaef50cn, 0x6ad4e251n, 0x2d869f67n])
})

test('a result that does not decode is the failure of its call, and of no other', async () => {
  const get = { to: ANSWERS, abi, functionName: 'get', args: [ALICE] } as const
  const name = { to: ANSWERS, abi, functionName: 'name' } as const
  const { results } = await evm.simulateCalls({ calls: [get, name, get], stateOverrides })
  expect(results.map(({ status }) => status)).toEqual(['success', 'failure', 'success'])
  expect(results[0].result).toBe(42n)
  expect(results[1].error).toBeInstanceOf(ResultUndecodableError)
  expect(results[1].error).toMatchObject({ code: 'RESULT_UNDECODABLE', index: 1 })
  expect(results[1].error?.message).toContain(
    '`calls[1]` returned data that is no result of name()',
  )
  expect(results[1].data).toBe(`0x${'2a'.padStart(64, '0')}`)
  const blocks = [{ calls: [get] }, { calls: [get, name], stateOverrides }] as const
  const [, second] = await evm.simulateBlocks({ blocks: blocks as never })
  expect(second?.calls[1]?.error?.message).toContain('`blocks[1].calls[1]`')
})

test('an ABI without a function decodes the revert of a fallback', async () => {
  const calls = [{ to: FAILS, abi, data: '0x1234' }] as const
  const { results } = await evm.simulateCalls({ calls, stateOverrides })
  expect(results[0]).toMatchObject({
    status: 'failure',
    error: { decoded: { errorName: 'Broke', args: [5n] } },
  })
})

test('simulate encodes, decodes, and names reverts by the ABIs of the calls', async () => {
  const report = await evm.simulate({
    calls: [
      { to: ANSWERS, abi, functionName: 'get', args: [ALICE] },
      { to: ANSWERS, abi, functionName: 'name' },
      { to: FAILS, abi, functionName: 'over', args: [1n] },
      { to: ANSWERS, data: '0x' },
    ],
    stateOverrides,
  })
  const [get, name, fails, plain] = report.calls
  const number: bigint | null = get.result
  expect(number).toBe(42n)
  expect(name).toMatchObject({ status: 'success', result: null, resultError: { index: 1 } })
  expect(fails).toMatchObject({
    status: 'failure',
    result: null,
    failure: { error: { name: 'Broke' } },
  })
  expect(plain.result).toBe(null)
  expect(get).not.toHaveProperty('resultError')
})
