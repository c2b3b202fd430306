import { gzipSync } from 'node:zlib'
import { returns, reverts } from '../bytecode.js'
import type { Case } from '../case.js'
import { call, openRaw, pause, post, type Reply, wordOf, wordsOf } from '../client.js'
import { ALICE, CONTRACT, callOf } from '../contract.js'

const MB = 1_000_000

const TOO_LONG = ['413', '-32600', '-32700', 'closed']

const BIG_ANSWER = callOf(returns(4 * MB))

/** The word of an answer, or that it repeats what was sent at length. */
function wordOfShort(reply: Reply): string {
  return reply.bytes > 2_000 ? `answer of ${reply.bytes} bytes` : wordOf(reply)
}

/** Rule 2: bounds that hold before any work. */
export const bounds: readonly Case[] = [
  {
    name: 'long body',
    rule: 2,
    input: 'a body of 29 MB, declared and streamed',
    bound: 'body 5 MB',
    expected: ['413', 'closed'],
    needed: ['413'],
    attack: async ({ url }) => {
      const part = Buffer.alloc(MB, 0x20)
      const declared = await post(url, Buffer.alloc(29 * MB, 0x20))
      const streamed = await post(url, '', {
        async write(write) {
          for (let sent = 0; sent < 29; sent += 1) await write(part)
        },
      })
      return [wordOf(declared), wordOf(streamed)]
    },
  },
  {
    name: 'one-byte chunks',
    rule: 2,
    input: '4.5 MB of body in chunks of one byte, 27 MB on the wire',
    bound: 'one buffer that grows; time to the end of a body',
    expected: ['result', '413', '408', '-32700', 'closed'],
    async attack({ port }) {
      const socket = await openRaw(port)
      let text = ''
      socket.on('data', (data) => {
        text += data.toString('latin1').slice(0, 1_000)
      })
      const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()))
      socket.write(
        `POST / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`,
      )
      const part = Buffer.from('1\r\n \r\n'.repeat(10_000))
      const until = Date.now() + 20_000
      for (let sent = 0; sent < 450 && text === '' && !socket.destroyed; sent += 1) {
        if (Date.now() > until) return ['takes longer than 20 s']
        if (!socket.write(part)) await Promise.race([drained(socket), ended, pause(20_000)])
      }
      const last = call('eth_chainId')
      socket.write(`${last.length.toString(16)}\r\n${last}\r\n0\r\n\r\n`)
      for (let round = 0; round < 100 && text === '' && !socket.destroyed; round += 1)
        await pause(100)
      socket.destroy()
      const status = /^HTTP\/1\.1 (\d+)/.exec(text)?.[1]
      if (status === '200') return [/"result"/.test(text) ? 'result' : '-32700']
      return [status ?? (socket.destroyed ? 'closed' : 'no answer')]
    },
  },
  {
    name: 'bodies under way',
    rule: 2,
    input: '24 bodies of 4.9 MB that do not end, 24 MB of each at a time',
    bound: 'all bodies under way 64 MB',
    expected: ['refused', 'closed', 'waiting'],
    needed: ['refused', 'closed'],
    async attack({ url }) {
      const part = Buffer.alloc(100_000, 0x20)
      const headers = { 'content-length': String(4.9 * MB) }
      const words = Array.from({ length: 24 }, async () => {
        const reply = await post(url, '', {
          headers,
          timeoutMs: 4_000,
          async write(write) {
            for (let sent = 0; sent < 48; sent += 1) await write(part)
            await pause(5_000)
          },
        })
        return wordOf(reply) === 'no answer' ? 'waiting' : wordOf(reply)
      })
      return Promise.all(words)
    },
  },
  {
    name: 'brackets',
    rule: 2,
    input: '20 MB and 4.9 MB of [, alone and as params',
    bound: 'body 5 MB; params are not parsed on the main thread; nesting 256',
    expected: [...TOO_LONG, '-32602'],
    async attack({ url }) {
      const words: string[] = []
      for (const size of [20 * MB, 4.9 * MB]) {
        words.push(wordOf(await post(url, '['.repeat(size))))
        const nested = '['.repeat(size / 2) + ']'.repeat(size / 2)
        words.push(
          wordOf(
            await post(url, `{"jsonrpc":"2.0","id":1,"method":"eth_call","params":${nested}}`),
          ),
        )
      }
      return words
    },
  },
  {
    name: 'nested params',
    rule: 2,
    input: 'params nested 257 to 1,000,000 deep, lists and objects',
    bound: 'nesting 256',
    expected: ['-32602', '-32600', '-32700', '413'],
    async attack({ url }) {
      const words: string[] = []
      for (const depth of [257, 5_000, 200_000, 1_000_000])
        for (const [open, shut] of [
          ['[', ']'],
          ['{"a":', '}'],
        ] as const) {
          const params = `[${open.repeat(depth)}1${shut.repeat(depth)}]`
          if (params.length > 4.9 * MB) continue
          const text = `{"jsonrpc":"2.0","id":1,"method":"eth_call","params":${params}}`
          words.push(wordOf(await post(url, text)))
        }
      return words
    },
  },
  {
    name: 'many keys',
    rule: 2,
    input: '400,000 members in a request, the same one and different ones',
    bound: 'body 5 MB, time that grows with the size only',
    expected: ['result', ...TOO_LONG, '-32602'],
    async attack({ url }) {
      const same = '"a":1,'.repeat(700_000)
      const others = Array.from({ length: 400_000 }, (_, index) => `"k${index}":1,`)
        .join('')
        .slice(0, 4.8 * MB)
      const end = '"jsonrpc":"2.0","id":1,"method":"eth_chainId"}'
      const cut = others.slice(0, others.lastIndexOf(',') + 1)
      return Promise.all([same, cut].map(async (text) => wordOf(await post(url, `{${text}${end}`))))
    },
  },
  {
    name: 'batch of 1,001',
    rule: 2,
    input: 'a batch of 1,001 requests, and one of 1,600,000 empty items',
    bound: 'batch 1,000',
    expected: ['-32600', '413'],
    attack: async ({ url }) => [
      wordOf(await post(url, `[${Array(1_001).fill(call('eth_chainId')).join(',')}]`)),
      wordOf(await post(url, `[${Array(1_600_000).fill('{}').join(',')}]`)),
    ],
  },
  {
    name: 'batch of huge answers',
    rule: 2,
    input: '200 calls in a batch that return 4 MB each: 1.6 GB of answers',
    // The one that goes above is sent, as by geth.
    bound: 'answers of a batch 25 MB and one more; the rest get -32003',
    expected: ['result', '-32003', '-32005', '32 MB'],
    attack: async ({ url }) =>
      wordsOf(await post(url, `[${Array(200).fill(BIG_ANSWER).join(',')}]`)),
  },
  {
    name: 'report of reverts',
    rule: 2,
    input: 'a report of 7 calls that revert with 4 MiB each, one below the other',
    bound: 'one answer 25 MB',
    // -38013: the first calls have used the gas that all have together.
    expected: ['result', '-32003', '-32005', '-38013'],
    async attack({ url }) {
      const code = reverts(4 * 2 ** 20)
      const calls = Array(7).fill({ from: ALICE, to: CONTRACT, gas: '0x2faf080' })
      const overrides = { [CONTRACT]: { code } }
      return Promise.all(
        [
          call('parevm_simulate', [{ calls }, 'latest', overrides]),
          call('eth_simulateV1', [
            {
              blockStateCalls: [
                { calls, stateOverrides: overrides, blockOverrides: { gasLimit: '0x3b9aca00' } },
              ],
            },
            'latest',
          ]),
          call('debug_traceCall', [
            calls[0],
            'latest',
            { tracer: 'callTracer', stateOverrides: overrides },
          ]),
        ].map(async (text) => {
          const word = wordOf(await post(url, text))
          return word === '-32601' ? '-32003' : word
        }),
      )
    },
  },
  {
    name: 'echo',
    rule: 2,
    input: 'names, ids, addresses, fields and tags of 1 MB that are wrong',
    bound: 'nothing is echoed beyond 200 characters',
    expected: ['result', 'refused'],
    async attack({ url }) {
      const long = 'x'.repeat(MB)
      const texts = [
        call(long),
        call('eth_chainId', [], { long }),
        call('eth_getBalance', [long, 'latest']),
        call('eth_getBalance', [`0x${'1'.repeat(MB)}`, 'latest']),
        call('eth_getBalance', [ALICE, long]),
        call('eth_call', [{ [long]: 1 }]),
        call('eth_call', [{ to: ALICE, gas: long }]),
        call('eth_sendRawTransaction', [`0x${'f8'.repeat(MB / 2)}`]),
        call('eth_subscribe', [long]),
        call('debug_traceCall', [{ to: ALICE }, 'latest', { tracer: long }]),
        call('eth_signTypedData_v4', [
          ALICE,
          { types: { [long]: [] }, primaryType: long, domain: {}, message: {} },
        ]),
        call('eth_getFilterChanges', [long]),
        `{"jsonrpc":"2.0","id":"${long}","method":"eth_none"}`,
        `{"jsonrpc":"2.0","id":"${long}","method":"eth_chainId"}`,
        `{"jsonrpc":"${long}","id":1,"method":"eth_chainId"}`,
        `{"jsonrpc":"2.0","id":1,"method":"eth_chainId",${long}}`,
      ]
      const words: string[] = []
      for (const text of texts) words.push(wordOfShort(await post(url, text)))
      return words
    },
  },
  {
    name: 'compressed body',
    rule: 2,
    input: 'bodies with a content encoding',
    bound: 'only plain JSON',
    expected: ['415', '-32700', '-32600', '400', '413'],
    async attack({ url }) {
      const bomb = gzipSync(Buffer.alloc(29 * MB, 0x20))
      return Promise.all(
        ['gzip', 'br', 'deflate'].map(async (encoding) =>
          wordOf(await post(url, bomb, { headers: { 'content-encoding': encoding } })),
        ),
      )
    },
  },
]

function drained(socket: NodeJS.EventEmitter): Promise<void> {
  return new Promise((resolve) => socket.once('drain', () => resolve()))
}
