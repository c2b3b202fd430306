import { gzipSync } from 'node:zlib'
import * as code from '../bytecode.js'
import type { Case } from '../case.js'
import { ask, call, post, wordOf, wordsOf } from '../client.js'
import { ALICE, BOB, CONTRACT, callOf, GAS, requestOf, traceOf } from '../contract.js'

/** Codes of the engine's own bounds: a resource, an answer, the time, gas and reverts of the call itself. */
const BOUNDED = ['-32005', '-32003', '-32016', '-32000', '-32015', '-32602', '3']

const inTurn = async (url: string, texts: readonly string[]): Promise<string[]> => {
  const words: string[] = []
  for (const text of texts) words.push(wordOf(await post(url, text)))
  return words
}

/** Rule 3: bounds of the engine. */
export const engine: readonly Case[] = [
  {
    name: 'struct logs',
    rule: 3,
    input:
      'debug_traceCall of loops of SSTORE and SLOAD with struct logs, 247 bytes, with more and more gas',
    bound: 'what a trace records counts the storage of each step',
    expected: ['result', ...BOUNDED],
    needed: ['-32005', '-32003'],
    attack: ({ url }) =>
      inTurn(
        url,
        [code.STORES, code.STORES_ZERO, code.LOADS].flatMap((loop) =>
          [10, 25, 50, 100, 200, 500].map((share) => traceOf(loop, {}, share * 100_000)),
        ),
      ),
  },
  {
    name: 'other struct logs',
    rule: 3,
    input: 'struct logs of loops that fill memory, the stack or return data',
    bound: 'what a trace records',
    expected: ['result', ...BOUNDED],
    attack: ({ url }) =>
      inTurn(url, [
        traceOf(code.GROWS, { enableMemory: true }),
        traceOf('0x61ffff515b5f56', { enableMemory: true }),
        traceOf(`0x${'5f'.repeat(1_000)}5b5f506103e856`),
        traceOf(code.precompileLoop(4, 100_000), { enableReturnData: true, enableMemory: true }),
        traceOf(code.LOOP),
        traceOf(code.FORKS),
      ]),
  },
  {
    name: 'tracers',
    rule: 3,
    input: 'each tracer over code that calls itself twice, creates, logs and writes',
    bound: 'what a trace records; time',
    expected: ['result', ...BOUNDED],
    isSlow: true,
    async attack({ url }) {
      const words: string[] = []
      for (const tracer of [
        'callTracer',
        'flatCallTracer',
        'prestateTracer',
        '4byteTracer',
        'erc7562Tracer',
      ])
        for (const loop of [code.FORKS, code.CREATES, code.LOGS, code.STORES])
          words.push(
            wordOf(
              await post(
                url,
                traceOf(loop, {
                  tracer,
                  tracerConfig: tracer === 'callTracer' ? { withLog: true } : {},
                }),
              ),
            ),
          )
      return words
    },
  },
  {
    name: 'typed data that doubles',
    rule: 3,
    input: 'eth_signTypedData_v4 of 30 types, each with two of the next one, 1.3 kB',
    bound: '100 types, depth 32, encoded size',
    expected: ['result', '-32602', '-32005', '-32003', '-32016'],
    attack: ({ url }) => inTurn(url, [doubling(24, 2), doubling(30, 2), doubling(31, 3)].map(sign)),
  },
  {
    name: 'other typed data',
    rule: 3,
    input: 'types that name themselves, 101 types, depth 33, arrays of 10^9 items, 4 MB of types',
    bound: '100 types, depth 32, encoded size',
    expected: ['result', '-32602', '-32700', '-32005', '-32003', '-32016', '413'],
    needed: ['-32602', '-32005'],
    attack: ({ url }) => {
      const chain = (depth: number) => {
        const types: Record<string, object[]> = { A0: [{ name: 'a', type: 'uint8' }] }
        let message: object = { a: 1 }
        for (let at = 1; at < depth; at += 1) {
          types[`A${at}`] = [{ name: 'a', type: `A${at - 1}` }]
          message = { a: message }
        }
        return { types, primaryType: `A${depth - 1}`, domain: {}, message }
      }
      const self = {
        A: [
          { name: 'a', type: 'A' },
          { name: 'b', type: 'A[]' },
        ],
      }
      let nested: object = {}
      for (let depth = 0; depth < 3_000; depth += 1) nested = { a: nested, b: [] }
      const one = (type: string, value: unknown) => ({
        types: { A: [{ name: 'a', type }] },
        primaryType: 'A',
        domain: {},
        message: { a: value },
      })
      const wide = Array.from({ length: 60_000 }, (_, at) => ({ name: `f${at}`, type: 'uint8' }))
      return inTurn(
        url,
        [
          { types: self, primaryType: 'A', domain: {}, message: nested },
          chain(101),
          chain(33),
          one('uint8[1000000000]', []),
          one(`uint8${'[]'.repeat(100_000)}`, []),
          one(`uint8${'[1]'.repeat(1_000)}`, 1),
          { types: { A: wide }, primaryType: 'A', domain: {}, message: {} },
        ].map(sign),
      )
    },
  },
  {
    name: 'loops of dear opcodes',
    rule: 3,
    input:
      'KECCAK256, MCOPY and EXTCODECOPY over 1 MiB, EXP, CREATE in a loop, with the gas of a call',
    bound: 'time, which is asked by work',
    expected: ['result', ...BOUNDED],
    isSlow: true,
    attack: ({ url }) =>
      inTurn(
        url,
        [code.HASHES, code.COPIES, code.CODE_COPIES, code.EXPONENTS, code.CREATES, code.LOOP].map(
          (it) => callOf(it),
        ),
      ),
  },
  {
    name: 'precompiles in loops',
    rule: 3,
    input: 'each precompile in a loop, with long inputs',
    bound: 'time, gas',
    expected: ['result', ...BOUNDED],
    isSlow: true,
    attack: ({ url }) =>
      inTurn(url, [
        ...Array.from({ length: 17 }, (_, at) =>
          callOf(code.precompileLoop(at + 1, at === 1 || at === 3 ? 1_000_000 : 384)),
        ),
        callOf(code.precompileLoop(256, 160)),
      ]),
  },
  {
    name: 'the limit of time',
    rule: 3,
    input: 'a report of 1,000 calls that loop, one below the other',
    bound: 'time of a request 10 s, or the gas of all its calls (-38013)',
    expected: [...BOUNDED, '-38013'],
    isSlow: true,
    attack: ({ url }) => {
      const calls = Array(1_000).fill({ from: ALICE, to: CONTRACT, gas: GAS })
      const overrides = { [CONTRACT]: { code: code.HASHES } }
      const blockOverrides = { gasLimit: '0xffffffffff' }
      const text = call('eth_simulateV1', [
        { blockStateCalls: [{ calls, stateOverrides: overrides, blockOverrides }] },
        'latest',
      ])
      return inTurn(url, [text])
    },
  },
  {
    name: 'methods that run code',
    rule: 3,
    input:
      'loops through eth_estimateGas, eth_createAccessList, parevm_simulate, eth_sendTransaction',
    bound: 'time, memory, gas',
    expected: ['result', ...BOUNDED, '-32601'],
    isSlow: true,
    attack: async ({ url }) => {
      const words: string[] = []
      for (const loop of [code.LOOP, code.STORES, code.FORKS, code.GROWS]) {
        words.push(
          ...(await inTurn(url, [
            requestOf('eth_estimateGas', loop),
            requestOf('eth_createAccessList', loop),
          ])),
        )
        const bundle = { calls: [{ from: ALICE, to: CONTRACT, gas: GAS }] }
        words.push(
          ...(await inTurn(url, [
            call('parevm_simulate', [bundle, 'latest', { [CONTRACT]: { code: loop } }]),
          ])),
        )
      }
      return words
    },
  },
  {
    name: 'compressed state',
    rule: 3,
    input: 'anvil_loadState of 400 MB that take 400 kB compressed',
    bound: 'what is decompressed is inside the limit of memory',
    expected: ['-32602', '-32005', '-32003', '-32000', '-32016'],
    async attack({ url }) {
      const start = gzipSync('{"accounts":{"')
      const part = gzipSync(Buffer.alloc(50_000_000, 0x30))
      // Members of a gzip file follow each other; those that read only the first one read no more.
      const members = Buffer.concat([start, ...Array(8).fill(part)])
      const whole = gzipSync(Buffer.alloc(400_000_000, 0x20))
      return inTurn(
        url,
        [members, whole].map((bytes) => call('anvil_loadState', [`0x${bytes.toString('hex')}`])),
      )
    },
  },
  {
    name: 'a million of everything',
    rule: 3,
    input: 'blocks, percentiles, slots, topics, overrides and proofs by the thousand',
    bound: 'bounds of each parameter, time, answers',
    expected: ['result', 'refused', 'closed'],
    rewinds: true,
    async attack({ url }) {
      const many = (length: number, make: (at: number) => unknown) =>
        Array.from({ length }, (_, at) => make(at))
      const kept = await ask<string>(url, 'evm_snapshot')
      const word = (at: number) => `0x${at.toString(16).padStart(64, '0')}`
      const address = (at: number) => `0x${at.toString(16).padStart(40, '0')}`
      return inTurn(
        url,
        [
          call('evm_mine', [{ blocks: 1_000_000_000 }]),
          call('eth_feeHistory', ['0xffffffffffffffff', 'latest', many(1_000, (at) => at / 10)]),
          call('eth_getProof', [ALICE, many(60_000, word), 'latest']),
          call('eth_getStorageValues', [
            Object.fromEntries(
              many(60_000, (at) => [address(at), [word(1)]]) as [string, unknown][],
            ),
            'latest',
          ]),
          call('eth_getLogs', [{ fromBlock: '0x0', toBlock: '0xffffffffffffffff' }]),
          call('eth_getLogs', [{ address: many(90_000, address) }]),
          call('eth_call', [
            { to: BOB },
            'latest',
            Object.fromEntries(
              many(60_000, (at) => [address(at + 4096), { balance: '0x1' }]) as [string, unknown][],
            ),
          ]),
          call('eth_call', [
            {
              to: BOB,
              accessList: many(30_000, (at) => ({ address: address(at), storageKeys: [] })),
            },
          ]),
          call('eth_simulateV1', [{ blockStateCalls: many(60_000, () => ({})) }, 'latest']),
          call('eth_simulateV1', [
            { blockStateCalls: [{ blockOverrides: { number: '0xffffffffffff' } }] },
            'latest',
          ]),
          call('debug_storageRangeAt', ['latest', 0, ALICE, '0x', 2_147_483_647]),
          call('eth_sendRawTransaction', [`0x${'c0'.repeat(2_000_000)}`]),
          call('testing_buildBlockV1', [many(1_000, () => ({}))]),
        ].filter((text) => text.length < 5_000_000),
      ).finally(() => restore(url, kept))
    },
  },
  {
    name: 'snapshots and a full pool',
    rule: 3,
    input: '9,900 waiting transactions and 2,500 snapshots of them',
    bound: 'snapshots are inside the limit of memory',
    expected: ['result', '-32005', '-32003', '-32000'],
    isSlow: true,
    async attack({ url }) {
      const first = await ask<string>(url, 'evm_snapshot')
      await ask(url, 'evm_setAutomine', [false])
      const words: string[] = []
      try {
        for (let sent = 0; sent < 9_900; sent += 900) {
          const batch = Array.from({ length: 900 }, (_, at) =>
            call('eth_sendTransaction', [
              {
                from: ALICE,
                to: BOB,
                value: '0x1',
                gas: '0x5208',
                nonce: `0x${(sent + at + 4096).toString(16)}`,
              },
            ]),
          )
          words.push(...wordsOf(await post(url, `[${batch.join(',')}]`)))
        }
        for (let kept = 0; kept < 2_500; kept += 500)
          words.push(
            ...wordsOf(await post(url, `[${Array(500).fill(call('evm_snapshot')).join(',')}]`)),
          )
      } finally {
        await restore(url, first)
      }
      return words
    },
  },
]

/** Brings the chain back to a snapshot, and empties the pool. */
async function restore(url: string, snapshot: string): Promise<void> {
  await ask(url, 'evm_setAutomine', [true]).catch(() => {})
  await ask(url, 'anvil_dropAllTransactions').catch(() => {})
  await ask(url, 'evm_revert', [snapshot]).catch(() => {})
  await ask(url, 'anvil_dropAllTransactions').catch(() => {})
}

const sign = (data: object) => call('eth_signTypedData_v4', [ALICE, data])

/** Returns typed data of so many types, each with so many members of the next one. */
function doubling(depth: number, members: number): object {
  const types: Record<string, object[]> = {}
  for (let at = 0; at < depth; at += 1)
    types[`A${at}`] = Array.from({ length: members }, (_, member) => ({
      name: 'abc'[member],
      type: at + 1 === depth ? 'uint8' : `A${at + 1}`,
    }))
  return { types, primaryType: 'A0', domain: {}, message: {} }
}
