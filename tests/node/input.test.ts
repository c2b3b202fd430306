import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEvm, type Evm, type executeBlock } from '../../dist/js/src/index.js'

type Document = {
  chainId?: number
  block: Record<string, unknown> & { transactions: Record<string, unknown>[] }
  preState?: Record<string, Record<string, unknown>>
}

type FixtureInput = NonNullable<executeBlock.Parameters['fixture']>

let evm: Evm
let packed: Uint8Array
beforeAll(async () => {
  evm = await createEvm({ threads: 2 })
  packed = new Uint8Array(
    await readFile(new URL('../../fixtures/19933122.json.gz', import.meta.url)),
  )
})
afterAll(() => evm.close())

const document = (): Document => JSON.parse(gunzipSync(packed).toString())
const gasUsed = async (fixture: FixtureInput) => (await evm.executeBlock({ fixture })).gasUsed
const failure = async (fixture: FixtureInput) =>
  evm.executeBlock({ fixture }).then(
    () => expect.fail('the fixture was accepted'),
    (error: unknown) => error,
  )

test('a fixture may be gzip, bytes of JSON, text, or the document itself', async () => {
  const text = gunzipSync(packed).toString()
  expect(await gasUsed(packed)).toBe(2_056_821n)
  expect(await gasUsed(new TextEncoder().encode(text))).toBe(2_056_821n)
  expect(await gasUsed(text)).toBe(2_056_821n)
  expect(await gasUsed(JSON.parse(text))).toBe(2_056_821n)
})

function transferred(): Uint8Array {
  const bytes = packed.slice()
  structuredClone(bytes, { transfer: [bytes.buffer] })
  return bytes
}

describe('errors name the invalid field, and the engine executes the next block', () => {
  const fixture = (change: (document: Document) => void) => () => {
    const changed = document()
    change(changed)
    return changed
  }
  const cases: [string, () => FixtureInput, object][] = [
    ['cut-off gzip', () => packed.slice(0, 1000), { name: 'InvalidFixtureError' }],
    ['bytes that are not gzip inside', () => packed.map((b, i) => (i < 10 ? b : 7)), {}],
    ['cut-off JSON', () => '{ "chainId": 1, "blo', { name: 'InvalidFixtureError' }],
    ['no JSON', () => 'hello', { name: 'InvalidFixtureError' }],
    ['nothing', () => new Uint8Array(), { name: 'InvalidFixtureError' }],
    ['a list', () => [], { name: 'InvalidFixtureError' }],
    ['a bigint', () => ({ chainId: 1n }), { name: 'InvalidParameterError' }],
    [
      'bytes that were given away',
      () => transferred(),
      { name: 'InvalidParameterError', data: { parameter: 'fixture' } },
    ],
    [
      'no pre-state',
      fixture((document) => {
        delete document.preState
      }),
      { name: 'InvalidFixtureError', field: 'preState' },
    ],
    [
      'no timestamp',
      fixture(({ block }) => {
        delete block.timestamp
      }),
      { name: 'InvalidFixtureError', field: expect.stringContaining('timestamp') },
    ],
    [
      'a sender that did not sign',
      fixture(({ block }) => {
        const transaction = block.transactions[3]
        if (transaction) transaction.from = '0x00000000000000000000000000000000000000aa'
      }),
      { name: 'InvalidFixtureError', index: 3 },
    ],
    [
      'a signature of nobody',
      fixture(({ block }) => {
        const transaction = block.transactions[2]
        if (transaction) transaction.r = '0x0'
      }),
      { name: 'InvalidFixtureError', index: 2 },
    ],
    [
      'another block hash',
      fixture(({ block }) => {
        block.hash = `0x${'11'.repeat(32)}`
      }),
      { name: 'InvalidFixtureError', field: 'block.hash' },
    ],
    [
      'an account without balance',
      fixture(({ preState }) => {
        for (const account of Object.values(preState ?? {})) account.balance = '0x0'
      }),
      { name: 'InvalidTransactionError', code: 'INVALID_TRANSACTION', index: expect.any(Number) },
    ],
    [
      'code that is asked for and absent',
      fixture(({ preState }) => {
        for (const account of Object.values(preState ?? {})) {
          if (account.code === undefined) continue
          delete account.code
          account.codeHash = `0x${'22'.repeat(32)}`
        }
      }),
      { name: 'StateUnavailableError', code: 'STATE_UNAVAILABLE', index: expect.any(Number) },
    ],
  ]
  test.each(cases)('%s', async (_, input, expected) => {
    expect(await failure(input())).toMatchObject(expected)
    expect(await gasUsed(packed)).toBe(2_056_821n)
  })
})

test('a wrong claim of the header is a check that is false, not an error', async () => {
  const changed = document()
  changed.block.gasUsed = '0x1'
  delete changed.block.hash
  const { checks } = await evm.executeBlock({ fixture: changed })
  expect(checks).toMatchObject({ gasUsed: false, receiptsRoot: true, logsBloom: true })
})

test('a cyclic object is refused by name', async () => {
  const own: Record<string, unknown> = {}
  own.own = own
  const block = { ...document().block, extraData: own }
  const errors = [
    evm.executeBlock({ fixture: own }),
    evm.executeBlock({ block, preState: {} } as never),
    createEvm({ genesis: { config: own } as never }),
    createEvm({ genesis: { alloc: { '0x11': { storage: own } } } as never }),
    evm.provider.request({ method: 'eth_call', params: [own] }),
    evm.provider.request({ method: 'eth_call' }, { signal: {} as AbortSignal }),
    evm.call({ blobs: ['0x12'], kzg: { blobToKzgCommitment: () => expect.fail('no blob') } }),
  ]
  const names = (await Promise.allSettled(errors)).map((end) =>
    end.status === 'rejected' ? end.reason.name : end.status,
  )
  expect(names).toEqual([
    'InvalidParameterError',
    'InvalidParameterError',
    'InvalidParameterError',
    'InvalidParameterError',
    'InvalidParamsRpcError',
    'InvalidParamsRpcError',
    'InvalidParameterError',
  ])
})

test('parameters that cannot be are refused by name', async () => {
  await expect(
    evm.executeBlock({ fixture: packed, executor: 'fast' as 'auto' }),
  ).rejects.toMatchObject({ name: 'InvalidParameterError', data: { parameter: 'executor' } })
  await expect(evm.executeBlock({ fixture: 7 as unknown as string })).rejects.toMatchObject({
    name: 'InvalidParameterError',
    data: { parameter: 'fixture' },
  })
  await expect(createEvm({ threads: 0 })).rejects.toMatchObject({
    name: 'InvalidParameterError',
    data: { parameter: 'threads' },
  })
})
