import { readFileSync } from 'node:fs'
import {
  type Address,
  concat,
  encodeAbiParameters,
  type Hex,
  keccak256,
  numberToHex,
  pad,
  parseAbi,
  size,
  stringToHex,
} from 'viem'

/** What tests call of the token. */
export const abi = parseAbi([
  'function balanceOf(address) view returns (uint256)',
  'function transfer(address to, uint256 amount) returns (bool)',
  'function symbol() view returns (string)',
  'function decimals() view returns (uint8)',
  'event Transfer(address indexed from, address indexed to, uint256 value)',
])

/** The running code of OpenZeppelin's ERC-20. */
const code = `0x${readFileSync(
  new URL('../../crate/testkit/contract/erc20.hex', import.meta.url),
  'utf8',
).trim()}` as Hex

/** Where the contract keeps its symbol and its decimals. */
const SYMBOL_SLOT = pad('0x04')
const DECIMALS_SLOT = pad('0x05')

/** Returns code that creates a token, called TEST, with 6 decimals, of which `owner` has `amount`. */
export function deployment(owner: Address, amount: bigint): Hex {
  const balance = keccak256(
    encodeAbiParameters([{ type: 'address' }, { type: 'uint256' }], [owner, 0n]),
  )
  // A short string lies in its slot, with twice its length in the last byte.
  const symbol = concat([
    pad(stringToHex('TEST'), { dir: 'right', size: 31 }),
    numberToHex(8, { size: 1 }),
  ])
  const prologue = concat([
    store(balance, amount),
    store(SYMBOL_SLOT, BigInt(symbol)),
    store(DECIMALS_SLOT, 6n),
  ])
  const length = numberToHex(size(code), { size: 2 })
  // PUSH2 length, DUP1, PUSH2 offset, PUSH1 0, CODECOPY, PUSH1 0, RETURN
  const offset = numberToHex(size(prologue) + 13, { size: 2 })
  const epilogue = concat([
    '0x61',
    length,
    '0x80',
    '0x61',
    offset,
    '0x6000',
    '0x39',
    '0x6000',
    '0xf3',
  ])
  return concat([prologue, epilogue, code])
}

/** SSTORE of `value` in `slot`. */
function store(slot: Hex, value: bigint): Hex {
  return concat(['0x7f', numberToHex(value, { size: 32 }), '0x7f', slot, '0x55'])
}
