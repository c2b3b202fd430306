import { call } from '../client.js'
import type { Random } from '../random.js'

const ASK = call('eth_chainId')

/** Returns bytes that resemble a request of HTTP, and mostly are none. */
export function httpBytes(random: Random, port: number): (string | Uint8Array)[] {
  const host = `host: 127.0.0.1:${port}`
  const head = (lines: string[]) =>
    `POST / HTTP/1.1\r\n${[host, 'content-type: application/json', ...lines].join('\r\n')}\r\n\r\n`
  const good = head([`content-length: ${ASK.length}`]) + ASK
  const size = ASK.length.toString(16)
  const chunked = (chunks: string) => head(['transfer-encoding: chunked']) + chunks
  const texts: (() => (string | Uint8Array)[])[] = [
    // Request lines.
    () => [
      `${random.of(['', ' ', 'POST', 'POST /', 'POST / HTTP/9.9', 'POST / HTTP/1.1 x', 'PRI * HTTP/2.0', 'CONNECT a:1 HTTP/1.1', 'post / http/1.1', `${'A'.repeat(random.below(9_000))} / HTTP/1.1`])}\r\n${host}\r\n\r\n`,
    ],
    () => [random.bytes(1 + random.below(400))],
    () => [`\u0016\u0003\u0001${random.hex(100)}`],
    // Headers.
    () => [head(Array.from({ length: random.below(3_000) }, (_, at) => `x-${at}: ${at}`))],
    () => [head([`x: ${'x'.repeat(random.below(40_000))}`])],
    () => [
      head([
        random.of([
          'x',
          ': x',
          'x : y',
          ' x: y',
          'x:\ty',
          'x: \u0000',
          'x: \u000b',
          'content-length',
          'expect: 100-continue',
          'expect: nothing',
          'upgrade: h2c',
          'connection: close, close',
          'connection: upgrade',
          'trailer: content-length',
        ]),
      ]) + ASK,
    ],
    () => [
      head([
        `content-length: ${random.of(['-1', '1e3', '0x10', '99999999999999999999', '+5', '5 5', '5,5', '', ' ', '4294967296', 'NaN'])}`,
      ]) + ASK,
    ],
    // Two lengths, or a length and chunks: each server must refuse them.
    () => [head([`content-length: ${ASK.length}`, `content-length: ${random.below(99)}`]) + ASK],
    () => [head([`content-length: ${ASK.length}`, 'transfer-encoding: chunked']) + ASK],
    () => [
      head([
        `transfer-encoding: ${random.of(['chunked, chunked', 'gzip, chunked', 'identity', 'xchunked', 'chunked, identity', '\u000bchunked', 'Chunked '])}`,
      ]) + ASK,
    ],
    // Chunks.
    () => [chunked(`${size}\r\n${ASK}\r\n0\r\n\r\n`)],
    () => [chunked(`${size};${'x'.repeat(random.below(20_000))}\r\n${ASK}\r\n0\r\n\r\n`)],
    () => [
      chunked(
        `${random.of(['-1', 'g', 'ffffffffffffffff', '0x5', '5 ', '', '00000000000000000000005'])}\r\n${ASK}\r\n0\r\n\r\n`,
      ),
    ],
    () => [
      chunked(
        `${size}\r\n${ASK}\r\n0\r\n${Array.from({ length: random.below(500) }, (_, at) => `t${at}: x\r\n`).join('')}\r\n`,
      ),
    ],
    () => [chunked('1\r\n'), '{', '\r\n', 'zz\r\n'],
    // Several in one connection, and parts of them.
    () => [good.repeat(1 + random.below(20))],
    () => [good + random.of(['x', '\r\n\r\n\r\n', good.slice(0, random.below(good.length))])],
    () => good.split('').slice(0, random.below(good.length)),
    () => [good.slice(0, random.below(good.length))],
    () => [mutate(random, good)],
    // A body that is not what it says.
    () => [head([`content-length: ${ASK.length * 2}`]) + ASK],
    () => [head(['content-length: 0'])],
    () => [head(['content-encoding: gzip', `content-length: ${ASK.length}`]) + ASK],
    () => [head(['content-length: 10']), random.bytes(10)],
    // WebSockets that are none.
    () => [
      `GET / HTTP/1.1\r\n${host}\r\nconnection: upgrade\r\nupgrade: websocket\r\n${random.of(['', 'sec-websocket-key: x\r\n', 'sec-websocket-version: 13\r\n', `sec-websocket-key: ${'A'.repeat(22)}==\r\nsec-websocket-version: 99\r\n`, `sec-websocket-key: ${'A'.repeat(22)}==\r\nsec-websocket-version: 13\r\nsec-websocket-extensions: permessage-deflate; server_max_window_bits=99\r\n`])}\r\n`,
    ],
  ]
  return random.of(texts)()
}

/** Changes, drops or repeats some bytes of a text. */
export function mutate(random: Random, text: string): Uint8Array {
  const bytes = [...Buffer.from(text)]
  for (let turn = 1 + random.below(6); turn > 0; turn -= 1) {
    const at = random.below(bytes.length)
    const kind = random.below(3)
    if (kind === 0) bytes[at] = random.below(256)
    else if (kind === 1) bytes.splice(at, 1 + random.below(8))
    else bytes.splice(at, 0, ...bytes.slice(at, at + random.below(40)))
    if (bytes.length === 0) break
  }
  return Uint8Array.from(bytes)
}
