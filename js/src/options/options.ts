import type { call } from '../actions/call.js'
import type { callSync } from '../actions/callSync.js'
import type { calls } from '../actions/calls.js'
import type { createAccessList } from '../actions/createAccessList.js'
import type { estimateGas } from '../actions/estimateGas.js'
import type { executeBlock } from '../actions/executeBlock.js'
import type { simulate } from '../actions/simulate.js'
import type { simulateBlocks } from '../actions/simulateBlocks.js'
import type { simulateCalls } from '../actions/simulateCalls.js'
import type { traceCall } from '../actions/traceCall.js'
import type { createEvm } from '../evm/create.js'
import type { Evm } from '../evm/evm.js'
import type { Build } from '../loader/choose.js'
import { isSource } from '../loader/wasmSource.js'
import type { NodeOptions } from '../node/options.js'
import type { announceProvider } from '../provider/announce.js'
import type { createEvm as createSimulator } from '../simulate/create.js'
import type { createWallet } from '../wallet/wallet.js'
import { CHAIN_CONFIG } from './genesis.js'
import {
  AUTHORIZATIONS,
  BLOBS,
  BLOCK,
  DEPLOYLESS,
  ENCODABLE,
  OVERRIDES,
  TRANSACTION,
} from './request.js'
import {
  ABI,
  ANY,
  BINARY,
  BOOLEAN,
  big,
  FUNCTION,
  ITEMS,
  oneOf,
  SIGNAL,
  TEXT,
  whole,
} from './rules.js'
import { either, type Fields, fields, list, open, required, rule } from './shape.js'

/** Reasons for refusing keys of viem's other actions. */
const NO_ABI = {
  abi: 'Encode the call into `data`; `simulate`, `simulateCalls` and `simulateBlocks` take an ABI.',
  functionName: 'Encode the call into `data`.',
  args: 'Encode the call into `data`.',
  dataSuffix: 'Append it to `data`.',
}
const NO_CODE = {
  code: '`call` takes it.',
  factory: '`call` takes it.',
  factoryData: '`call` takes it.',
}
const NO_BLOBS = 'Give `blobVersionedHashes`.'
const IN_CALLS = 'Calls have their own: put it into `calls[0]`.'

const callFields = { ...TRANSACTION, ...DEPLOYLESS, ...BLOCK, ...OVERRIDES }
const { blobVersionedHashes } = BLOBS
const transaction = { ...TRANSACTION, ...BLOBS, ...BLOCK, ...OVERRIDES, signal: SIGNAL }
const encodableCall = fields<simulateBlocks.Call>(
  { ...TRANSACTION, ...BLOBS, ...ENCODABLE },
  NO_CODE,
)
const blockOptions = {
  traceTransfers: BOOLEAN,
  validation: BOOLEAN,
  signal: SIGNAL,
}

const accounts = fields<NodeOptions.Accounts>({
  // Each is derived when the engine starts.
  count: whole(0, 1_000),
  mnemonic: TEXT,
  balance: big(128),
})
const limits = fields<NodeOptions.Limits>({
  timeMs: whole(1),
  memoryBytes: whole(1),
  answerBytes: whole(1),
  gas: big(64),
})
const wasm = rule(
  'a compiled module, bytes, a response or a URL of wasm, or { threads, single } of these',
  isSource,
)
const promised = rule(wasm.expected, (value) => isSource(value) || isPromise(value))
const WASM = either(wasm, fields<Record<Build, unknown>>({ threads: promised, single: promised }))
const WORKER = rule(
  'false, the URL of the worker script, or a function that starts a worker',
  (value) =>
    ['boolean', 'string', 'function'].includes(typeof value) ||
    Object.prototype.toString.call(value) === '[object URL]',
)
const mining = either(
  rule(
    "'auto', 'manual' or { intervalSeconds }",
    (value) => value === 'auto' || value === 'manual',
  ),
  fields<NodeOptions.IntervalMining>({ intervalSeconds: required(whole(1)) }),
)

const simulator = {
  threads: ANY,
  build: ANY,
  wasm: WASM,
  worker: WORKER,
  chain: open({ id: required(whole(1)) }),
  genesis: either(
    rule('a JSON document', (value) => typeof value === 'string'),
    open({}),
  ),
  limits,
}
const NO_FORK = 'Forking from a network is not supported yet.'
const NO_NODE = 'The entry `parevm` has a node.'

/** Shapes of all options of the public API, by function. */
export const OPTIONS = {
  createEvm: fields<createEvm.Options>(
    {
      ...simulator,
      importChain: BINARY,
      saved: BINARY,
      accounts,
      mining,
      wallet: fields<createWallet.Options>({ connected: BOOLEAN }),
    },
    { fork: NO_FORK },
  ),
  createSimulator: fields<createSimulator.Options>(simulator, {
    fork: NO_FORK,
    importChain: NO_NODE,
    saved: NO_NODE,
    accounts: NO_NODE,
    mining: NO_NODE,
    wallet: NO_NODE,
  }),
  call: fields<call.Parameters>({ ...callFields, ...BLOBS, signal: SIGNAL }, NO_ABI),
  calls: fields<Exclude<calls.Parameters, readonly unknown[]>>(
    {
      calls: required(list(fields<calls.Call>({ ...callFields, ...BLOBS }, NO_ABI))),
      signal: SIGNAL,
    },
    { to: IN_CALLS, data: IN_CALLS, value: IN_CALLS },
  ),
  callSync: fields<callSync.Parameters>(
    { ...callFields, blobVersionedHashes },
    { ...NO_ABI, blobs: NO_BLOBS, sidecars: NO_BLOBS },
  ),
  estimateGas: fields<estimateGas.Parameters>(transaction, { ...NO_ABI, ...NO_CODE }),
  createAccessList: fields<createAccessList.Parameters>(transaction, { ...NO_ABI, ...NO_CODE }),
  traceCall: fields<traceCall.Parameters>(
    {
      ...transaction,
      tracer: oneOf(
        'callTracer',
        'flatCallTracer',
        'prestateTracer',
        '4byteTracer',
        'muxTracer',
        'erc7562Tracer',
        'noopTracer',
      ),
      // Checked by tracer: see TRACERS.
      tracerConfig: open({}),
    },
    { ...NO_ABI, ...NO_CODE },
  ),
  simulate: fields<simulate.Parameters>(
    {
      ...BLOCK,
      ...OVERRIDES,
      calls: required(
        list(
          fields<simulate.Call>(
            {
              ...TRANSACTION,
              ...ENCODABLE,
              authorizationList: AUTHORIZATIONS,
              blobCount: whole(0, 255),
            },
            { ...NO_CODE, blobs: 'Give `blobVersionedHashes` or `blobCount`.' },
          ),
        ),
      ),
      account: TRANSACTION.account,
      atomic: BOOLEAN,
      abi: ABI,
      signal: SIGNAL,
    },
    { functionName: IN_CALLS, args: IN_CALLS, to: IN_CALLS, data: IN_CALLS, value: IN_CALLS },
  ),
  simulateCalls: fields<simulateCalls.Parameters>(
    {
      ...BLOCK,
      ...OVERRIDES,
      ...blockOptions,
      account: TRANSACTION.account,
      calls: required(list(encodableCall)),
      traceAssetChanges: BOOLEAN,
    },
    { functionName: IN_CALLS, args: IN_CALLS, to: IN_CALLS, data: IN_CALLS, value: IN_CALLS },
  ),
  simulateBlocks: fields<simulateBlocks.Parameters>(
    {
      ...BLOCK,
      ...blockOptions,
      blocks: required(
        list(
          fields<simulateBlocks.Block>({
            ...OVERRIDES,
            calls: required(list(encodableCall)),
          }),
        ),
      ),
      returnFullTransactions: BOOLEAN,
    },
    {
      calls: 'Blocks have their own: put them into `blocks[0]`.',
      stateOverride: 'Blocks have their own: put it into `blocks[0]`.',
      stateOverrides: 'Blocks have their own: put them into `blocks[0]`.',
      blockOverrides: 'Blocks have their own: put them into `blocks[0]`.',
    },
  ),
  executeBlock: fields<executeBlock.Parameters>({
    fixture: either(
      rule(
        'bytes, text or the parsed document',
        (value) => typeof value === 'string' || Array.isArray(value),
      ),
      open({}),
    ),
    block: open({}),
    preState: either(ITEMS, open({})),
    chainId: whole(0),
    schedule: CHAIN_CONFIG,
    genesis: either(
      rule('a JSON document', (value) => typeof value === 'string'),
      open({}),
    ),
    blockHashes: open({}),
    executor: oneOf('auto', 'parallel', 'sequential', 'bal'),
    blockAccessList: oneOf('omitted', 'returned'),
    onProgress: FUNCTION,
    onReceipt: FUNCTION,
    timeline: BOOLEAN,
    signal: SIGNAL,
  }),
  announceProvider: fields<announceProvider.Info>({
    uuid: TEXT,
    name: required(TEXT),
    icon: TEXT,
    rdns: required(TEXT),
  }),
} as const satisfies Readonly<Record<Action | Extra, Fields>>

/** Functions with options that are no such methods. */
type Extra = 'callSync' | 'createEvm' | 'createSimulator' | 'announceProvider'

/** Methods of an engine with options. */
type Action = {
  [K in keyof Evm & string]: Evm[K] extends (...parameters: infer P) => unknown
    ? P extends readonly []
      ? never
      : K
    : never
}[keyof Evm & string]

type Configs = traceCall.Configs

/** Shapes of `tracerConfig` by tracer; `structLogs` stands for the tracer without a name. */
export const TRACERS: Readonly<Record<traceCall.Tracer | 'structLogs', Fields>> = {
  structLogs: fields<traceCall.StepConfig>({
    enableMemory: BOOLEAN,
    disableStack: BOOLEAN,
    disableStorage: BOOLEAN,
    enableReturnData: BOOLEAN,
    limit: whole(0),
  }),
  callTracer: fields<Configs['callTracer']>({ onlyTopCall: BOOLEAN, withLog: BOOLEAN }),
  flatCallTracer: fields<Configs['flatCallTracer']>({
    convertParityErrors: BOOLEAN,
    includePrecompiles: BOOLEAN,
  }),
  prestateTracer: fields<Configs['prestateTracer']>({
    diffMode: BOOLEAN,
    disableCode: BOOLEAN,
    disableStorage: BOOLEAN,
    includeEmpty: BOOLEAN,
  }),
  '4byteTracer': fields<Configs['4byteTracer']>({}),
  // Each part has the shape of its tracer.
  get muxTracer() {
    return fields<Configs['muxTracer']>({
      callTracer: part('callTracer'),
      flatCallTracer: part('flatCallTracer'),
      prestateTracer: part('prestateTracer'),
      '4byteTracer': part('4byteTracer'),
      muxTracer: part('noopTracer'),
      erc7562Tracer: part('erc7562Tracer'),
      noopTracer: part('noopTracer'),
    })
  },
  erc7562Tracer: fields<Configs['erc7562Tracer']>({
    stackTopItemsSize: whole(0),
    ignoredOpcodes: ITEMS,
    withLog: BOOLEAN,
  }),
  noopTracer: fields<Configs['noopTracer']>({}),
}

function part(tracer: traceCall.Tracer) {
  return either(
    rule('an object', (value) => value === null),
    TRACERS[tracer],
  )
}

function isPromise(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value
}
