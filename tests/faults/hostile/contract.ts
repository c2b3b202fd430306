import type { Hex } from '../../../dist/js/src/index.js'
import type { Random } from '../attack/random.js'

/** A contract that takes what it can, and the kind of what it takes. */
export type Hostile = { kind: string; code: Hex }

/** Opcodes by their names, as far as kinds below are written with them. */
const OP = {
  ADD: 0x01,
  MUL: 0x02,
  EXP: 0x0a,
  NOT: 0x19,
  KECCAK256: 0x20,
  BALANCE: 0x31,
  CALLDATACOPY: 0x37,
  CODESIZE: 0x38,
  CODECOPY: 0x39,
  EXTCODESIZE: 0x3b,
  EXTCODECOPY: 0x3c,
  RETURNDATACOPY: 0x3e,
  EXTCODEHASH: 0x3f,
  BLOCKHASH: 0x40,
  POP: 0x50,
  MLOAD: 0x51,
  MSTORE: 0x52,
  SLOAD: 0x54,
  SSTORE: 0x55,
  JUMP: 0x56,
  MSIZE: 0x59,
  GAS: 0x5a,
  JUMPDEST: 0x5b,
  TLOAD: 0x5c,
  TSTORE: 0x5d,
  MCOPY: 0x5e,
  PUSH0: 0x5f,
  DUP1: 0x80,
  LOG0: 0xa0,
  CREATE: 0xf0,
  CALL: 0xf1,
  CALLCODE: 0xf2,
  RETURN: 0xf3,
  DELEGATECALL: 0xf4,
  CREATE2: 0xf5,
  STATICCALL: 0xfa,
  REVERT: 0xfd,
  INVALID: 0xfe,
  SELFDESTRUCT: 0xff,
  ADDRESS: 0x30,
} as const

type Piece = keyof typeof OP | number | Uint8Array | Piece[]

/** Returns the bytes of names, of numbers, which are pushed, and of bytes as they are. */
function assemble(pieces: readonly Piece[]): number[] {
  return pieces.flatMap((piece) => {
    if (typeof piece === 'string') return [OP[piece]]
    if (typeof piece === 'number') return push(piece)
    return Array.isArray(piece) ? assemble(piece) : [...piece]
  })
}

function push(value: number): number[] {
  const digits = value.toString(16)
  const bytes = digits.length % 2 === 0 ? digits : `0${digits}`
  const list = bytes.match(/../g)?.map((pair) => Number.parseInt(pair, 16)) ?? []
  return [0x5f + list.length, ...list]
}

/** The pieces again and again: a jump back to the first byte. */
const loop = (...body: Piece[]): Piece[] => ['JUMPDEST', ...body, 'PUSH0', 'JUMP']

/** A size from one byte to 16 MiB, small ones as often as large ones. */
const sizeOf = (random: Random) => Math.floor(2 ** (random.next() * 24))

/** A call of an address with so much input and room for output. Its outcome is dropped. */
function calls(random: Random, address: Piece, input: number): Piece[] {
  const kind = random.of(['CALL', 'CALLCODE', 'DELEGATECALL', 'STATICCALL'] as const)
  const value: Piece[] = kind === 'CALL' || kind === 'CALLCODE' ? ['PUSH0'] : []
  const output = random.below(64)
  return [output, 'PUSH0', input, 'PUSH0', ...value, address, 'GAS', kind, 'POP']
}

/** What is taken, and code that takes it. */
const KINDS: Readonly<Record<string, (random: Random) => Piece[]>> = {
  time: (random) =>
    loop(
      random.of<Piece[]>([
        [],
        ['GAS', 'POP'],
        ['PUSH0', 'NOT', 'PUSH0', 'NOT', 'EXP', 'POP'],
        ['CODESIZE', 'DUP1', 'MUL', 'POP'],
      ]),
    ),
  memory: (random) =>
    random.of<Piece[]>([
      loop('MSIZE', 'MLOAD', 'POP'),
      [sizeOf(random) * 64, 'MLOAD', 'POP'],
      loop(1, 'MSIZE', sizeOf(random), 'ADD', 'MSTORE'),
    ]),
  copies: (random) => {
    const size = sizeOf(random)
    return loop(
      random.of<Piece[]>([
        [size, 'PUSH0', 1, 'MCOPY'],
        [size, 'PUSH0', 'PUSH0', 'CODECOPY'],
        [size, 'PUSH0', 'PUSH0', 'CALLDATACOPY'],
        [size, 'PUSH0', 'PUSH0', 'ADDRESS', 'EXTCODECOPY'],
      ]),
    )
  },
  hashes: (random) => loop(sizeOf(random), 'PUSH0', 'KECCAK256', 'POP'),
  recursion: (random) => [
    calls(random, 'ADDRESS', random.below(100)),
    ...(random.oneIn(2) ? [calls(random, 'ADDRESS', 0)] : []),
  ],
  creates: (random) => {
    const body: Piece[] = random.oneIn(2)
      ? [random.below(49_152), 'PUSH0', 'PUSH0', 'CREATE', 'POP']
      : ['GAS', random.below(49_152), 'PUSH0', 'PUSH0', 'CREATE2', 'POP']
    // Copies of itself, which create when they are made.
    return random.oneIn(2)
      ? [
          'CODESIZE',
          'PUSH0',
          'PUSH0',
          'CODECOPY',
          'CODESIZE',
          'PUSH0',
          'PUSH0',
          'CREATE',
          'POP',
          ...body,
        ]
      : loop(...body)
  },
  precompiles: (random) =>
    loop(
      sizeOf(random),
      'PUSH0',
      'MSTORE',
      calls(
        random,
        random.of([...Array(18).keys(), 256]),
        random.of([0, 32, 96, 128, 192, 213, 384, sizeOf(random)]),
      ),
    ),
  storage: (random) =>
    random.of<Piece[]>([
      [
        'PUSH0',
        'JUMPDEST',
        1,
        'ADD',
        'DUP1',
        'DUP1',
        random.of(['SSTORE', 'TSTORE'] as const),
        1,
        'JUMP',
      ],
      [
        'PUSH0',
        'JUMPDEST',
        1,
        'ADD',
        'DUP1',
        random.of([
          'SLOAD',
          'TLOAD',
          'BALANCE',
          'EXTCODESIZE',
          'EXTCODEHASH',
          'BLOCKHASH',
        ] as const),
        'POP',
        1,
        'JUMP',
      ],
    ]),
  logs: (random) => loop(sizeOf(random), 'PUSH0', 'LOG0'),
  returns: (random) => [sizeOf(random), 'PUSH0', random.of(['RETURN', 'REVERT'] as const)],
  returndata: (random) =>
    loop(
      calls(random, 4, sizeOf(random)),
      random.oneIn(2) ? [sizeOf(random), 'PUSH0', 'PUSH0', 'RETURNDATACOPY'] : [],
    ),
  selfdestruct: (random) =>
    random.of<Piece[]>([
      ['ADDRESS', 'SELFDESTRUCT'],
      [random.below(1_000), 'SELFDESTRUCT'],
      [calls(random, 'ADDRESS', 0), 'ADDRESS', 'SELFDESTRUCT'],
    ]),
  stack: (random) =>
    random.oneIn(2) ? loop('PUSH0', 'DUP1') : Array(random.below(1_100)).fill('PUSH0'),
  random: (random) => [random.bytes(random.below(600))],
  'random loop': (random) => loop(random.bytes(1 + random.below(60))),
  long: (random) =>
    random.of<() => Piece[]>([
      () => [new Uint8Array(24_576).fill(0x5b)],
      () => [random.bytes(24_576)],
      () => [new Uint8Array(60_000).fill(0x60)],
    ])(),
  invalid: (random) => [
    random.of([
      Uint8Array.of(0xef, 0, 1),
      Uint8Array.of(0x7f),
      Uint8Array.of(0xef, 1, 0),
      Uint8Array.of(0xfe),
    ]),
    random.bytes(random.below(30)),
  ],
}

/** The kinds of {@link hostileContract}. */
export const HOSTILE_KINDS = Object.keys(KINDS)

/** Returns a contract of a random kind, some of whose bytes may be others. */
export function hostileContract(random: Random): Hostile {
  const kind = random.of(HOSTILE_KINDS)
  const bytes = assemble(KINDS[kind]?.(random) ?? [])
  if (random.oneIn(5) && bytes.length > 0) bytes[random.below(bytes.length)] = random.below(256)
  const code: Hex = `0x${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
  return { kind, code }
}
