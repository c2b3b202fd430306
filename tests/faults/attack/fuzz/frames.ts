import { call } from '../client.js'
import type { Random } from '../random.js'

const ASK = call('eth_chainId')

/** The handshake that comes before frames. */
export function handshake(random: Random, port: number): string {
  const key = Buffer.from(random.bytes(16)).toString('base64')
  return `GET / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${key}\r\n\r\n`
}

type Frame = {
  final?: boolean
  /** The three bits of extensions. */
  reserved?: number
  opcode?: number
  isMasked?: boolean
  payload?: Uint8Array
  /** Length that the frame says it has. */
  claimed?: number
  /** In how many bytes that is written, though fewer would do. */
  lengthBytes?: 0 | 2 | 8
}

/** Returns the bytes of a frame (RFC 6455, section 5.2), also of one that must not be. */
export function frame(random: Random, options: Frame = {}): Uint8Array {
  const { final = true, reserved = 0, opcode = 1, isMasked = true } = options
  const payload = options.payload ?? Buffer.from(ASK)
  const length = options.claimed ?? payload.length
  const lengthBytes = options.lengthBytes ?? (length < 126 ? 0 : length < 65_536 ? 2 : 8)
  const first = (final ? 0x80 : 0) | (reserved << 4) | opcode
  const mask = isMasked ? 0x80 : 0
  const head = Buffer.alloc(2 + lengthBytes)
  head[0] = first
  head[1] = mask | (lengthBytes === 0 ? length & 127 : lengthBytes === 2 ? 126 : 127)
  if (lengthBytes === 2) head.writeUInt16BE(length & 0xffff, 2)
  if (lengthBytes === 8) head.writeBigUInt64BE(BigInt(length) & 0xffffffffffffffffn, 2)
  if (!isMasked) return Buffer.concat([head, payload])
  const key = random.bytes(4)
  return Buffer.concat([head, key, payload.map((byte, at) => byte ^ (key[at % 4] as number))])
}

/** Returns frames that a client must not send, among some that it may. */
export function frameBytes(random: Random): Uint8Array[] {
  const text = (length: number) => Buffer.alloc(length, 0x78)
  const kinds: (() => Frame[])[] = [
    () => [{}],
    () => [{ isMasked: false }],
    () => [{ opcode: 3 + random.below(5) }],
    () => [{ opcode: 11 + random.below(5) }],
    () => [{ reserved: 1 + random.below(7) }],
    () => [{ opcode: 0 }],
    () => [{ final: false }, {}],
    () => [
      { final: false },
      ...Array.from({ length: random.below(300) }, () => ({ opcode: 0, final: false })),
    ],
    () => [{ opcode: 9, payload: text(126 + random.below(1_000)) }],
    () => [{ opcode: 9, final: false }],
    () => Array.from({ length: random.below(2_000) }, () => ({ opcode: 9, payload: text(125) })),
    () => [{ opcode: 10, payload: text(random.below(125)) }],
    () => [{ opcode: 8, payload: Buffer.from([random.below(256), random.below(256)]) }, {}],
    () => [{ opcode: 8, payload: text(1) }],
    () => [{ opcode: 8, payload: Buffer.from([3, 232, 0xff, 0xfe]) }],
    () => [{ payload: Buffer.from([0xff, 0xfe, 0xc0, 0xaf]) }],
    () => [{ opcode: 2, payload: Buffer.from(ASK) }],
    () => [
      {
        claimed: random.of([2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER, 10_000_000]),
        lengthBytes: 8,
      },
    ],
    () => [{ lengthBytes: random.of([2, 8]) }],
    () => [{ claimed: ASK.length + 1 + random.below(100) }],
    () => [{ payload: text(random.below(200_000)) }],
    () => Array.from({ length: random.below(300) }, () => ({})),
    () => [{ payload: new Uint8Array(0) }],
  ]
  const frames: Uint8Array[] = []
  for (let turn = 1 + random.below(4); turn > 0; turn -= 1)
    for (const options of random.of(kinds)()) frames.push(frame(random, options))
  if (random.oneIn(4)) frames.push(random.bytes(1 + random.below(100)))
  return frames
}
