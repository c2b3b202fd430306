import { returns } from '../bytecode.js'
import type { Case } from '../case.js'
import { call, openRaw, openSocket, pause, sendRaw } from '../client.js'
import { ALICE, callOf } from '../contract.js'

const MB = 1_000_000

const BIG_ANSWER = callOf(returns(4 * MB))

/** Rule 2: bounds of connections, of what waits in them and of what they do not read. */
export const connections: readonly Case[] = [
  {
    name: 'queue of one client',
    rule: 2,
    input: '8,000 requests over one WebSocket at once',
    bound: 'queue per client, requests',
    expected: ['result', '-32005', 'closed'],
    attack: ({ url }) =>
      flood(
        url,
        Array.from({ length: 8_000 }, (_, id) => call('eth_blockNumber', [], id)),
      ),
  },
  {
    name: 'queue of bytes',
    rule: 2,
    input: '28 requests of 1 MB over one WebSocket at once',
    bound: 'queue per client, bytes',
    expected: ['result', 'refused', 'closed'],
    attack: ({ url }) => {
      const data = `0x${'00'.repeat(MB / 2)}`
      return flood(
        url,
        Array.from({ length: 28 }, (_, id) => call('eth_call', [{ to: ALICE, data }], id)),
      )
    },
  },
  {
    name: 'socket that does not read',
    rule: 2,
    input: 'a WebSocket that asks for 25 answers of 8 MB and reads none of them',
    bound: 'unread answers 16 MB, then the socket is closed',
    expected: ['closed'],
    async attack({ url }) {
      const socket = await openSocket(url)
      if (typeof socket === 'number') return [String(socket)]
      socket.pause()
      let bytes = 0
      socket.on('message', (data: Buffer) => {
        bytes += data.length
      })
      const closed = new Promise<boolean>((resolve) => socket.once('close', () => resolve(true)))
      for (let id = 0; id < 25; id += 1) socket.send(callOf(returns(4 * MB), id))
      await pause(4_000)
      socket.resume()
      const isClosed = await Promise.race([closed, pause(3_000).then(() => false)])
      socket.terminate()
      return [isClosed || bytes === 0 ? 'closed' : `${(bytes / MB).toFixed(0)} MB were kept`]
    },
  },
  {
    name: 'pipeline that does not read',
    rule: 2,
    input: '25 requests in one HTTP connection for answers of 8 MB, none of which is read',
    bound: 'unread answers 16 MB',
    expected: ['closed', 'waiting'],
    async attack({ port }) {
      const socket = await openRaw(port)
      socket.pause()
      const head = `POST / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\norigin: http://localhost:6666\r\ncontent-length: ${BIG_ANSWER.length}\r\n\r\n`
      socket.write((head + BIG_ANSWER).repeat(25))
      await pause(4_000)
      const { destroyed } = socket
      socket.destroy()
      return [destroyed ? 'closed' : 'waiting']
    },
  },
  {
    name: 'long headers',
    rule: 2,
    input: '1 MB of headers, 5,000 headers, a target of 1 MB',
    bound: 'headers 16 kB',
    expected: ['431', '400', '414', 'closed', '404'],
    async attack({ port }) {
      const head = `POST / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n`
      const texts = [
        `${head}x: ${'x'.repeat(MB)}\r\n\r\n`,
        `${head}${Array.from({ length: 5_000 }, (_, index) => `x${index}: 1\r\n`).join('')}\r\n`,
        `POST /${'x'.repeat(MB)} HTTP/1.1\r\n\r\n`,
      ]
      return Promise.all(
        texts.map(async (text) => {
          const { status, closed } = await sendRaw(port, [text])
          return status === 0 && closed ? 'closed' : String(status)
        }),
      )
    },
  },
  {
    name: 'slow headers and bodies',
    rule: 2,
    input: '200 connections that send a byte every 100 ms, of a header or of a body',
    bound: 'time to the end of headers and of a body',
    expected: ['408', 'closed', 'waiting', '503', '429'],
    attack: async ({ port }) => slow(port, 200, 3_000),
  },
  {
    name: 'idle connections',
    rule: 2,
    input: '1,000 connections that send nothing, 500 WebSockets that vanish',
    bound: 'connections; idle time; heartbeat',
    expected: ['open', 'closed', '503', '429', '1013'],
    async attack({ url, port }) {
      const raw = await Promise.all(Array.from({ length: 1_000 }, () => openRaw(port)))
      const sockets = await Promise.all(Array.from({ length: 500 }, () => openSocket(url)))
      await pause(1_000)
      const words = raw.map((socket) => (socket.destroyed ? 'closed' : 'open') as string)
      for (const socket of raw) socket.destroy()
      for (const socket of sockets)
        if (typeof socket === 'number') words.push(socket === 0 ? 'closed' : String(socket))
        else {
          words.push('open')
          socket.terminate()
        }
      return words
    },
  },
  {
    name: 'long message',
    rule: 2,
    input: 'a WebSocket message of 6 MB, whole and in 200,000 fragments',
    bound: 'message 5 MB',
    expected: ['1009', '1008', '1006', '1013'],
    async attack({ url }) {
      const whole = await closing(url, (send) => send('['.repeat(6 * MB), true))
      const parts = await closing(url, async (send) => {
        const until = Date.now() + 10_000
        for (let sent = 0; sent < 200_000 && Date.now() < until; sent += 1) {
          if (!send('x'.repeat(30), false)) return
          if (sent % 2_000 === 0) await pause(0)
        }
      })
      return [whole, parts]
    },
  },
]

/** Sends texts over one WebSocket at once, and returns how each ended. */
async function flood(url: string, texts: readonly string[]): Promise<string[]> {
  const socket = await openSocket(url)
  if (typeof socket === 'number') return [String(socket)]
  const words: string[] = []
  const done = new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      const text = String(data)
      const code = /^.{0,40}"error":\{"code":(-?\d+)/.exec(text)?.[1]
      words.push(code ?? 'result')
      if (words.length === texts.length) resolve()
    })
    socket.once('close', () => {
      words.push('closed')
      resolve()
    })
  })
  for (const text of texts) socket.send(text)
  await Promise.race([done, pause(20_000)])
  if (words.length === 0) words.push('no answer')
  socket.terminate()
  return words
}

/** Opens connections that send their requests byte by byte, for so long. */
export async function slow(port: number, count: number, forMs: number): Promise<string[]> {
  const head = `POST / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\n`
  const started = [
    head,
    `${head}content-length: 1000\r\n\r\n`,
    `${head}transfer-encoding: chunked\r\n\r\n`,
  ]
  const sockets = await Promise.all(Array.from({ length: count }, () => openRaw(port)))
  const status = new Map<unknown, string>()
  for (const [index, socket] of sockets.entries()) {
    socket.on('data', (data) => {
      const found = /^HTTP\/1\.1 (\d+)/.exec(data.toString('latin1'))?.[1]
      if (found !== undefined) status.set(socket, found)
    })
    socket.write(started[index % started.length] as string)
  }
  const until = Date.now() + forMs
  while (Date.now() < until && sockets.some(({ destroyed }) => !destroyed)) {
    for (const [index, socket] of sockets.entries())
      if (!socket.destroyed && socket.writable)
        socket.write(['x', ' ', '1\r\n \r\n'][index % 3] as string)
    await pause(100)
  }
  const words = sockets.map(
    (socket) => status.get(socket) ?? (socket.destroyed ? 'closed' : 'waiting'),
  )
  for (const socket of sockets) socket.destroy()
  return words
}

/** Opens a WebSocket, has it send, and returns the code with which the server closed it. */
async function closing(
  url: string,
  attack: (send: (text: string, isLast: boolean) => boolean) => unknown,
): Promise<string> {
  const socket = await openSocket(url)
  if (typeof socket === 'number') return String(socket)
  const closed = new Promise<string>((resolve) =>
    socket.once('close', (code) => resolve(String(code))),
  )
  await attack((text, isLast) => {
    if (socket.readyState !== socket.OPEN) return false
    socket.send(text, { fin: isLast })
    return true
  })
  const word = await Promise.race([closed, pause(5_000).then(() => 'open')])
  socket.terminate()
  return word
}
