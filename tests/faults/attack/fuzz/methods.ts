import { readFileSync } from 'node:fs'
import { CREATES, FORKS, GROWS, HASHES, LOOP, returns, reverts, STORES } from '../bytecode.js'
import { ALICE, BOB, CONTRACT } from '../contract.js'
import type { Random } from '../random.js'

/** Names of all methods, from the table in the documentation. */
export const METHODS: readonly string[] = [
  ...readFileSync(new URL('../../../../docs/methods.md', import.meta.url), 'utf8').matchAll(
    /^\| `(\w+)` \|/gm,
  ),
].map(([, name]) => name as string)

/** Methods after which the chain is another for everybody, or the clock, or who signs. */
const COMMANDS =
  /^(anvil|hardhat|tenderly)_(?!nodeInfo|metadata|get)|^evm_|^debug_(clearTxpool|setHead)|^eth_(send|uninstall|new|subscribe|unsubscribe)|^wallet_/

/** Methods that leave the chain as it is, whatever their parameters are. */
export const READS: readonly string[] = METHODS.filter((name) => !COMMANDS.test(name))

type Make = (random: Random) => unknown

const word: Make = (random) =>
  random.of([random.hex(32), `0x${'0'.repeat(64)}`, `0x${'f'.repeat(64)}`])
const address: Make = (random) =>
  random.of([ALICE, BOB, CONTRACT, random.hex(20), `0x${'0'.repeat(39)}4`])
const quantity: Make = (random) =>
  random.of([
    '0x0',
    '0x1',
    '0x5',
    '0x5208',
    '0x2faf080',
    '0xffffffffffffffff',
    `0x${'f'.repeat(64)}`,
    random.below(1_000),
    `0x${random.below(2 ** 31).toString(16)}`,
  ])
const data: Make = (random) => random.of(['0x', random.hex(random.below(200)), LOOP, STORES, FORKS])
const code: Make = (random) =>
  random.of([
    LOOP,
    STORES,
    FORKS,
    GROWS,
    HASHES,
    CREATES,
    returns(random.below(2 ** 20)),
    reverts(random.below(2 ** 22)),
    random.hex(random.below(100)),
  ])
const block: Make = (random) =>
  random.of([
    'latest',
    'pending',
    'earliest',
    'safe',
    'finalized',
    '0x0',
    '0x1',
    quantity(random),
    word(random),
    { blockHash: word(random) },
    { blockNumber: '0x0', requireCanonical: true },
  ])
const flag: Make = (random) => random.of([true, false])
const list =
  (make: Make): Make =>
  (random) =>
    Array.from({ length: random.below(6) }, () => make(random))
const accessList = list((random) => ({ address: address(random), storageKeys: list(word)(random) }))
const transaction: Make = (random) =>
  some(random, {
    from: address,
    to: address,
    value: quantity,
    gas: quantity,
    gasPrice: quantity,
    maxFeePerGas: quantity,
    maxPriorityFeePerGas: quantity,
    data,
    input: data,
    nonce: quantity,
    chainId: quantity,
    accessList,
    type: (it) => it.of(['0x0', '0x1', '0x2', '0x3', '0x4', '0x7f']),
    blobVersionedHashes: list(word),
    authorizationList: list((it) =>
      some(it, {
        chainId: quantity,
        address,
        nonce: quantity,
        yParity: quantity,
        r: word,
        s: word,
      }),
    ),
  })
const overrides: Make = (random) => ({
  [CONTRACT]: some(random, {
    code,
    balance: quantity,
    nonce: quantity,
    state: slots,
    stateDiff: slots,
  }),
  ...(random.oneIn(3) ? { [String(address(random))]: { code: code(random) } } : {}),
})
const slots: Make = (random) => ({ [String(word(random))]: word(random) })
const blockOverrides: Make = (random) =>
  some(random, {
    number: quantity,
    time: quantity,
    gasLimit: quantity,
    baseFeePerGas: quantity,
    feeRecipient: address,
    prevRandao: word,
    blobBaseFee: quantity,
  })
const filter: Make = (random) =>
  some(random, {
    fromBlock: block,
    toBlock: block,
    address: list(address),
    topics: list((it) => it.of([null, word(it), list(word)(it)])),
    blockHash: word,
  })
const tracer: Make = (random) =>
  some(random, {
    tracer: (it) =>
      it.of([
        'callTracer',
        'prestateTracer',
        '4byteTracer',
        'flatCallTracer',
        'muxTracer',
        'erc7562Tracer',
        'noopTracer',
        '{step:function(){}}',
      ]),
    tracerConfig: (it) =>
      some(it, { onlyTopCall: flag, withLog: flag, diffMode: flag, callTracer: () => ({}) }),
    enableMemory: flag,
    enableReturnData: flag,
    disableStorage: flag,
    limit: quantity,
    timeout: (it) => it.of(['1s', '1ms', '9999999h', '-1s']),
    stateOverrides: overrides,
    blockOverrides,
  })
const typed: Make = (random) => {
  const type: Make = (it) =>
    it.of([
      'uint256',
      'bytes',
      'string',
      'A',
      'B',
      'A[]',
      'B[2][]',
      'bytes32[3]',
      'uint7',
      'address',
      'bool',
      'x',
    ])
  const fields = list((it) => ({ name: it.of(['a', 'b', 'c']), type: type(it) }))
  return {
    types: { A: fields(random), B: fields(random), EIP712Domain: fields(random) },
    primaryType: random.of(['A', 'B', 'C']),
    domain: some(random, { chainId: quantity, name: data, a: quantity }),
    message: some(random, { a: anything, b: anything, c: anything }),
  }
}
const simulated: Make = (random) => ({
  blockStateCalls: list((it) =>
    some(it, { calls: list(transaction), stateOverrides: overrides, blockOverrides }),
  )(random),
  ...some(random, { traceTransfers: flag, validation: flag, returnFullTransactions: flag }),
})

/** What methods take, by a pattern of their names; the first that matches counts. */
const SHAPES: readonly [RegExp, readonly Make[]][] = [
  [/simulateV1/, [simulated, block]],
  [
    /parevm_simulate/,
    [
      (it) => ({ calls: list(transaction)(it), ...some(it, { atomic: flag, account: address }) }),
      block,
      overrides,
      blockOverrides,
    ],
  ],
  [/eth_(call|estimateGas|createAccessList)$/, [transaction, block, overrides, blockOverrides]],
  [/traceCall$/, [transaction, block, tracer]],
  [/trace(Transaction|Block)/, [word, tracer]],
  [
    /trace_filter/,
    [
      (it) =>
        some(it, {
          fromBlock: block,
          toBlock: block,
          fromAddress: list(address),
          toAddress: list(address),
          after: quantity,
          count: quantity,
        }),
    ],
  ],
  [/eth_send(Raw)|getRawTransaction|decode/, [data, quantity]],
  [/eth_(send|sign|fill)Transaction|eth_sendUnsigned/, [transaction, quantity]],
  [/signTypedData/, [address, typed]],
  [/eth_sign|personal_sign/, [address, data]],
  [/getLogs|newFilter/, [filter]],
  [
    /eth_subscribe/,
    [(it) => it.of(['newHeads', 'logs', 'newPendingTransactions', 'syncing', 'x']), filter],
  ],
  [/feeHistory/, [quantity, block, list((it) => it.below(120))]],
  [/getProof/, [address, list(word), block]],
  [/getStorageValues/, [slots, block]],
  [/storageRange/, [block, quantity, address, data, quantity]],
  [/getStorageAt|setStorageAt/, [address, word, block]],
  [/setCode/, [address, code]],
  [/Balance|Nonce|Code|Count|Account/, [address, quantity, block]],
  [/loadState/, [data]],
  [/reorg/, [quantity, list((it) => [transaction(it), quantity(it)])]],
  [/[bB]lock/, [block, flag, quantity]],
  [/[mM]ine$|Time|Mining|Limit|Fee|Price|rollback|ChainId/, [quantity, quantity]],
]

const SHORT: readonly Make[] = [quantity, address, word, data, block, flag]

/** A value of any kind, wrong ones among them. */
const anything: Make = (random) =>
  random.of<Make>([
    ...SHORT,
    transaction,
    filter,
    () => null,
    () => [],
    () => ({}),
    () => '',
    () => -1,
    () => 1e308,
    () => 0.1,
    () => 'latest\u0000',
    () => '\ud800',
    () => '0x',
    () => '0x0000',
    () => '0xg',
    () => `0x${'9'.repeat(1_000)}`,
    () => 'x'.repeat(5_000),
    () => nested(1 + random.below(400)),
    () => Array(random.below(2_000)).fill(0),
    () => ({ ['__proto__']: 1, constructor: 2, toString: 3 }),
  ])(random)

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let at = 0; at < depth; at += 1) value = at % 2 === 0 ? [value] : { a: value }
  return value
}

/** Returns some of the members. */
function some(random: Random, members: Record<string, Make>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, make]) =>
      random.oneIn(2) ? [[name, (random.oneIn(20) ? anything : make)(random)]] : [],
    ),
  )
}

/** Returns parameters for a method: mostly of the right kinds, with mistakes among them. */
export function paramsOf(random: Random, method: string): unknown {
  const shape = SHAPES.find(([pattern]) => pattern.test(method))?.[1]
  const makes = shape ?? Array.from({ length: random.below(4) }, () => random.of(SHORT))
  if (random.oneIn(30)) return anything(random)
  const params = makes.map((make) => (random.oneIn(15) ? anything(random) : make(random)))
  if (random.oneIn(10)) params.length = random.below(params.length + 1)
  if (random.oneIn(20)) params.push(anything(random))
  return params
}
