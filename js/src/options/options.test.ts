import { describe, expect, test } from 'vitest'
import { call } from '../actions/call.js'
import { callSync } from '../actions/callSync.js'
import { calls } from '../actions/calls.js'
import { createAccessList } from '../actions/createAccessList.js'
import { estimateGas } from '../actions/estimateGas.js'
import { executeBlock } from '../actions/executeBlock.js'
import { simulate } from '../actions/simulate.js'
import { simulateBlocks } from '../actions/simulateBlocks.js'
import { simulateCalls } from '../actions/simulateCalls.js'
import { traceCall } from '../actions/traceCall.js'
import { startEvm } from '../evm/start.js'
import type { Host } from '../loader/host.js'
import type { NodeClient } from '../node/client.js'
import { configDocument, genesisText } from '../node/genesis.js'
import type { Supervisor } from '../pool/supervisor.js'
import { announceProvider } from '../provider/announce.js'
import type { Provider } from '../provider/provider.js'
import { createEvm as createSimulator } from '../simulate/create.js'
import { CHAIN_CONFIG, GENESIS } from './genesis.js'
import { OPTIONS, TRACERS } from './options.js'
import type { Shape } from './shape.js'

/** Fails where anything starts before the options are checked. */
const started = () => expect.fail('something has started')
const node = {
  request: started,
  requestText: started,
  call: started,
  calls: started,
  callNow: started,
} as unknown as NodeClient
const host = {
  features: { runtime: 'node', workers: true, isolated: true, sharedMemory: true, cores: 2 },
  compile: started,
  spawn: started,
  spawnHere: started,
} as unknown as Host

const run: Record<keyof typeof OPTIONS, (options: never) => unknown> = {
  createEvm: (options) => startEvm(host, options),
  createSimulator: (options) => createSimulator(options),
  call: (options) => call(node, options),
  calls: (options) => calls(node, options),
  callSync: (options) => callSync(node, options),
  estimateGas: (options) => estimateGas(node, options),
  createAccessList: (options) => createAccessList(node, options),
  traceCall: (options) => traceCall(node, options),
  simulate: (options) => simulate(node, options),
  simulateCalls: (options) => simulateCalls(node, options),
  simulateBlocks: (options) => simulateBlocks(node, options),
  executeBlock: (options) => executeBlock(node as unknown as Supervisor, options),
  announceProvider: (options) => announceProvider({} as Provider, options, new EventTarget()),
}

type Misspelt = { path: string; value: unknown; known: string[]; key: string }

/** Yields every object below `shape` with an extra key. */
function* places(shape: Shape, key: (known: string[]) => string, path = ''): Generator<Misspelt> {
  switch (shape.kind) {
    case 'rule':
      return
    case 'required':
      return yield* places(shape.shape, key, path)
    case 'either':
      return yield* places(shape.object, key, path)
    case 'byKey':
      yield* places(shape.lacks, key, path)
      for (const { value, ...place } of places(shape.has, key, path))
        yield { ...place, value: { ...(sample(shape.has) as object), ...(value as object) } }
      return
    case 'list':
      for (const place of places(shape.item, key, `${path}[0]`))
        yield { ...place, value: [place.value] }
      return
    case 'entries':
      for (const place of places(shape.value, key, `${path}.any`))
        yield { ...place, value: { any: place.value } }
      return
    case 'fields': {
      const known = Object.keys(shape.fields)
      const whole = sample(shape) as object
      const at = (name: string) => (path === '' ? name : `${path}.${name}`)
      const extra = key(known)
      if (shape.others === 'refused' && extra !== '')
        yield { path: at(extra), value: { ...whole, [extra]: 1 }, known, key: extra }
      for (const [name, nested] of Object.entries(shape.fields))
        for (const place of places(nested, key, at(name)))
          yield { ...place, value: { ...whole, [name]: place.value } }
    }
  }
}

/** Returns a minimal value of the shape. */
function sample(shape: Shape): unknown {
  switch (shape.kind) {
    case 'rule': {
      const address = `0x${'11'.repeat(20)}`
      const word = `0x${'11'.repeat(32)}`
      const all = [address, word, '0x11', 1, 1n, true, 'text', [], () => 1, new Uint8Array(1)]
      return all.find((value) => shape.accepts(value))
    }
    case 'required':
      return sample(shape.shape)
    case 'either':
      return sample(shape.object)
    case 'byKey':
      return sample(shape.lacks)
    case 'list':
      return []
    case 'entries':
      return {}
    case 'fields': {
      const needed = Object.entries(shape.fields).filter(([, one]) => one.kind === 'required')
      return Object.fromEntries(needed.map(([name, one]) => [name, sample(one)]))
    }
  }
}

async function refusal(act: () => unknown): Promise<Error> {
  try {
    await act()
  } catch (error) {
    return error as Error
  }
  return expect.fail('the options were accepted')
}

const walks: [string, Shape, (value: never) => unknown][] = [
  ...Object.entries(OPTIONS).map(
    ([name, shape]) =>
      [name, shape, run[name as keyof typeof OPTIONS]] as [
        string,
        Shape,
        (value: never) => unknown,
      ],
  ),
  ...Object.entries(TRACERS).map(
    ([name, shape]) =>
      [
        `tracerConfig of ${name}`,
        { ...OPTIONS.traceCall, fields: { tracerConfig: shape } },
        (value: never) =>
          run.traceCall({
            ...(value as object),
            ...(name === 'structLogs' ? {} : { tracer: name }),
          } as never),
      ] as [string, Shape, (value: never) => unknown],
  ),
  ['genesis', { ...GENESIS }, (value) => genesisText(value)],
  ['genesis as text', { ...GENESIS }, (value) => genesisText(JSON.stringify(value))],
  ['schedule', { ...CHAIN_CONFIG }, (value) => configDocument(value)],
]

describe.each(walks)('%s', (name, shape, act) => {
  const root = name.startsWith('genesis') ? 'genesis' : name === 'schedule' ? 'schedule' : ''
  const info = name === 'announceProvider' ? 'info' : root

  test('a key that does not exist is an error that has its path', async () => {
    const all = [...places(shape, () => 'zzzzzzzz', info)]
    expect(all.length).toBeGreaterThan(0)
    for (const { path, value } of all) {
      const error = await refusal(() => act(value as never))
      expect(error).toMatchObject({ name: 'InvalidParameterError', data: { parameter: path } })
      expect(error.message).not.toContain('did you mean')
    }
  })

  test('an error about a misspelt key names the similar one', async () => {
    const longest = (known: string[]) => known.toSorted((a, b) => b.length - a.length)[0] ?? ''
    const misspelt = (known: string[]) => (known.length === 0 ? '' : `${longest(known)}x`)
    for (const { path, value, known, key } of places(shape, misspelt, info)) {
      const error = await refusal(() => act(value as never))
      expect(error).toMatchObject({ name: 'InvalidParameterError', data: { parameter: path } })
      expect(error.message, key).toContain(`did you mean \`${longest(known)}\`?`)
    }
  })
})

test('keys with the value undefined count as absent', async () => {
  const sent: unknown[] = []
  const listening = {
    call: async (...request: unknown[]) => {
      sent.push(request)
      return '0x'
    },
  } as unknown as NodeClient
  await call(listening, { to: undefined, nothing: undefined } as never)
  expect(sent).toEqual([[[{}, 'latest'], { signal: undefined }]])
})

describe('both names of state overrides are accepted', () => {
  const address = `0x${'ab'.repeat(20)}` as const
  const overrides = [{ address, balance: 7n }]
  const account = { address: `0x${'cd'.repeat(20)}` as const }
  const empty = { eth_estimateGas: '0x1' } as Record<string, unknown>
  const sent = async (act: (node: NodeClient) => Promise<unknown>) => {
    let params: unknown
    const listening = {
      request: async (method: string, given: unknown) => {
        params = given
        return empty[method] ?? expect.fail('enough')
      },
      call: async (given: unknown) => {
        params = given
        return '0x'
      },
    } as unknown as NodeClient
    await act(listening).catch(() => {})
    return JSON.stringify(params)
  }
  const balance = JSON.stringify({ [address]: { balance: '0x7' } })
  const both: [string, (node: NodeClient, given: object) => Promise<unknown>][] = [
    ['call', (node, given) => call(node, { account, ...given })],
    ['estimateGas', (node, given) => estimateGas(node, { account, ...given })],
    ['createAccessList', (node, given) => createAccessList(node, { account, ...given })],
    ['traceCall', (node, given) => traceCall(node, { account, ...given })],
    ['simulate', (node, given) => simulate(node, { calls: [{}], ...given })],
    ['simulateCalls', (node, given) => simulateCalls(node, { calls: [{}], ...given })],
    [
      'simulateBlocks',
      (node, given) => simulateBlocks(node, { blocks: [{ calls: [{}], ...given }] }),
    ],
  ]
  test.each(both)('%s', async (name, act) => {
    expect(await sent((node) => act(node, { stateOverride: overrides }))).toContain(balance)
    expect(await sent((node) => act(node, { stateOverrides: overrides }))).toContain(balance)
    const two = { stateOverride: overrides, stateOverrides: overrides }
    const parameter = name === 'simulateBlocks' ? 'blocks[0].stateOverride' : 'stateOverride'
    expect(await refusal(() => act(node, two))).toMatchObject({ data: { parameter } })
  })
})

describe('an error has the expected value', () => {
  const to = `0x${'11'.repeat(20)}`
  const wrong: [string, object, string, RegExp][] = [
    ['call', { to: 'vitalik.eth' }, 'to', /an address is 20 bytes in hex.*"vitalik\.eth"/],
    ['call', { to, value: '0x1' }, 'value', /a whole number/],
    ['call', { to, value: -1n }, 'value', /a whole number/],
    ['call', { to, value: 2n ** 256n }, 'value', /from 0 to 2\^256-1/],
    ['call', { to, gas: 2n ** 64n }, 'gas', /from 0 to 2\^64-1/],
    ['call', { to, data: '0x1' }, 'data', /bytes in hex/],
    ['call', { to, account: null }, 'account', /an address is 20 bytes in hex/],
    ['call', { to, account: { address: '0x12' } }, 'account.address', /20 bytes/],
    ['call', { to, signal: {} }, 'signal', /an AbortSignal/],
    ['call', { to, stateOverride: { [to]: {} } }, 'stateOverride', /a list/],
    ['call', { to, stateOverride: [{}] }, 'stateOverride[0].address', /20 bytes/],
    ['call', { to, blockTag: 'newest' }, 'blockTag', /one of latest/],
    ['call', { to, type: 'eip1' }, 'type', /one of legacy/],
    ['call', { to, accessList: [{ address: to }] }, 'accessList[0].storageKeys', /a list/],
    ['call', { to, authorizationList: [{ address: to }] }, 'authorizationList[0].chainId', /whole/],
    ['call', { to, blockOverrides: { time: 1.5 } }, 'blockOverrides.time', /whole number/],
    ['estimateGas', { to, abi: [] }, 'abi', /Encode the call into `data`/],
    ['traceCall', { to, tracer: 'js' }, 'tracer', /one of callTracer/],
    ['simulate', {}, 'calls', /a list, not undefined/],
    ['simulate', { calls: [null] }, 'calls[0]', /an object/],
    ['simulate', { calls: [], atomic: 'yes' }, 'atomic', /true or false/],
    ['simulate', { calls: [], to }, 'to', /put it into `calls\[0\]`/],
    [
      'simulateCalls',
      { calls: [{ from: to }] },
      'calls[0].from',
      /left out, or beside an `account`/,
    ],
    ['simulateBlocks', { blocks: [{}] }, 'blocks[0].calls', /a list/],
    ['executeBlock', { fixture: '{}', onReceipt: 7 }, 'onReceipt', /a function/],
    ['executeBlock', {}, 'block', /given/],
    ['createEvm', { fork: 'https://example.org' }, 'fork', /not supported yet/],
    [
      'createEvm',
      { genesis: { config: { bogotaTime: 0 } } },
      'genesis.config.bogotaTime',
      /not supported yet/,
    ],
  ]
  test.each(wrong)('%s %o', async (name, options, parameter, message) => {
    const error = await refusal(() => run[name as keyof typeof run](options as never))
    expect(error).toMatchObject({ name: 'InvalidParameterError', data: { parameter } })
    expect(error.message).toMatch(message)
  })

  test.each(Object.keys(OPTIONS))('%s without an object', async (name) => {
    for (const given of [null, 7, 'text', ...(name === 'calls' ? [] : [[]])]) {
      const error = await refusal(() => run[name as keyof typeof run](given as never))
      expect(error).toMatchObject({ name: 'InvalidParameterError' })
    }
  })
})
