import { expect, test } from 'vitest'
import { type NodeOptions, nodeSetup } from './options.js'

const at = 1_800_000_000_999

test('without options the chain is a development chain whose first block has the present time', () => {
  const { options, blocks, nowMs, timeMs } = nodeSetup({}, at)
  const limits = { time: 10_000 }
  expect(JSON.parse(options)).toEqual({ timestamp: 1_800_000_000, mining: 'auto', limits })
  expect({ blocks, nowMs, timeMs }).toEqual({ blocks: undefined, nowMs: at, timeMs: 10_000 })
})

test('every option reaches the engine under its name', () => {
  const blocks = Uint8Array.of(1)
  const setup = nodeSetup(
    {
      genesis: '{"config":{}}',
      importChain: blocks,
      accounts: { count: 2, mnemonic: 'test junk', balance: 255n },
      mining: { intervalSeconds: 12 },
      limits: { timeMs: 5, memoryBytes: 6, answerBytes: 8, gas: 7n },
    },
    at,
  )
  expect(JSON.parse(setup.options)).toEqual({
    genesis: { config: {} },
    accounts: 2,
    mnemonic: 'test junk',
    balance: '0xff',
    mining: { interval: 12 },
    limits: { time: 5, memory: 6, answer: 8, gas: 7 },
  })
  expect(setup.blocks).toBe(blocks)
  expect(setup.timeMs).toBe(5)
  expect(JSON.parse(nodeSetup({ chain: { id: 5 } }, at).options)).toMatchObject({ chainId: 5 })
})

/** https://github.com/MetaMask/metamask-extension/issues/7881 */
test.each([
  ['text', '{"alloc":{"0xaa":{"balance":1000000000000000000001}},"nonce":9007199254740993}'],
  ['an object', { alloc: { '0xaa': { balance: 10n ** 21n + 1n } }, nonce: 2n ** 53n + 1n }],
])('numbers of a genesis keep their value (%s)', (_, genesis) => {
  expect(JSON.parse(nodeSetup({ genesis }, at).options).genesis).toEqual({
    alloc: { '0xaa': { balance: '0x3635c9adc5dea00001' } },
    nonce: '0x20000000000001',
  })
})

const wrong: [string, unknown][] = [
  ['chain', { chain: { id: 1 }, genesis: {} }],
  ['chain.id', { chain: { id: 0 } }],
  ['chain.id', { chain: { id: '1' } }],
  ['genesis', { genesis: '{' }],
  ['genesis', { genesis: '7' }],
  ['genesis.alloc.0xaa.balance', { genesis: { alloc: { '0xaa': { balance: 1e21 } } } }],
  ['genesis', { importChain: new Uint8Array() }],
  ['importChain', { genesis: {}, importChain: '0x' }],
  ['accounts.count', { accounts: { count: -1 } }],
  ['accounts.count', { accounts: { count: 1001 } }],
  ['accounts.balance', { accounts: { balance: -1n } }],
  ['mining', { mining: 'often' }],
  ['mining.intervalSeconds', { mining: { intervalSeconds: 0.5 } }],
  ['limits.timeMs', { limits: { timeMs: 0 } }],
  ['limits.memoryBytes', { limits: { memoryBytes: Number.NaN } }],
  ['limits.answerBytes', { limits: { answerBytes: 1.5 } }],
  ['limits.gas', { limits: { gas: 5 } }],
]

test.each(wrong)('a wrong %s is named', (parameter, options) => {
  expect(() => nodeSetup(options as NodeOptions, at)).toThrow(
    expect.objectContaining({ name: 'InvalidParameterError', data: { parameter } }),
  )
})
