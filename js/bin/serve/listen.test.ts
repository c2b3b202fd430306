import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { NodeClient } from '../../src/node/client.js'
import { createDispatcher } from './dispatcher.js'
import { DEFAULTS, type Limits } from './limits.js'
import { listen } from './listen.js'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** A server before a node that answers with what `requestText` says. */
async function serverWith(requestText: unknown, limits: Partial<Limits> = {}) {
  const all = { ...DEFAULTS, ...limits }
  const node = { requestText, request: async () => null } as unknown as NodeClient
  const dispatcher = createDispatcher(node, { limits: all })
  const rules = {
    origins: new Set<string>(),
    hosts: new Set<string>(),
    addresses: false,
    token: undefined,
  }
  const server = await listen({ host: '127.0.0.1', port: 0, dispatcher, rules, limits: all })
  closers.push(server.close)
  return { ...server, dispatcher }
}

const answered = (result: string) => async () => ({ result, error: null })
const call = (method: string) => `{"jsonrpc":"2.0","id":1,"method":"${method}"}`
const post = (url: string, body = call('eth_chainId'), signal?: AbortSignal) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    signal: signal ?? null,
  })

async function open(url: string) {
  const socket = new WebSocket(url.replace('http', 'ws'))
  const closed = once(socket, 'close').then(([code, reason]) => ({ code, reason: String(reason) }))
  await once(socket, 'open')
  return { socket, closed }
}

test('notifications to a client that does not read are counted, and it is closed with a reason', async () => {
  const { url, dispatcher } = await serverWith(answered('"0x7"'), { buffer: 1_000_000 })
  const { socket, closed } = await open(url)
  socket.send(call('eth_subscribe'))
  await once(socket, 'message')
  socket.pause()
  const params = `{"result":"${'x'.repeat(60_000)}","subscription":"0x7"}`
  for (let sent = 0; sent < 500; sent += 1) dispatcher.notify(params)
  expect(dispatcher.unread.held).toBeLessThanOrEqual(1_000_000)
  await new Promise((resolve) => setTimeout(resolve, 100))
  socket.resume()
  expect(await closed).toEqual({
    code: 1013,
    reason: 'more than 1000000 bytes wait for this client to read',
  })
  await expect.poll(() => dispatcher.unread.held).toBe(0)
})

test('a client that reads has each notification, however many there are', async () => {
  const { url, dispatcher } = await serverWith(answered('"0x7"'), { buffer: 1_000_000 })
  const { socket } = await open(url)
  let received = 0
  socket.on('message', () => {
    received += 1
  })
  socket.send(call('eth_subscribe'))
  await expect.poll(() => received).toBe(1)
  for (let sent = 0; sent < 200; sent += 1) {
    dispatcher.notify(`{"result":"${'x'.repeat(60_000)}","subscription":"0x7"}`)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await expect.poll(() => received).toBe(201)
  socket.close()
})

test('an answer that is larger than the buffer goes to a client that reads', async () => {
  const { url } = await serverWith(answered(`"${'x'.repeat(5_000_000)}"`), { buffer: 1_000_000 })
  const { socket } = await open(url)
  socket.send(call('eth_call'))
  const [data] = await once(socket, 'message')
  expect(String(data)).toHaveLength(5_000_036)
  socket.close()
})

test('a slow reader of large answers receives all of them', async () => {
  let running = 0
  let most = 0
  const { url, dispatcher } = await serverWith(
    async () => {
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => setTimeout(resolve, 1))
      running -= 1
      return { result: `"${'x'.repeat(200_000)}"`, error: null }
    },
    { buffer: 4_000_000 },
  )
  const { socket } = await open(url)
  let received = 0
  socket.on('message', () => {
    received += 1
    socket.pause()
    setTimeout(() => socket.resume(), 3)
  })
  for (let sent = 0; sent < 120; sent += 1) socket.send(call('eth_getCode'))
  await expect.poll(() => received, { timeout: 50_000 }).toBe(120)
  expect(most).toBe(16)
  await expect.poll(() => dispatcher.unread.held).toBe(0)
  socket.close()
}, 60_000)

test('a client that takes long to read one long answer has all of it', async () => {
  const { url } = await serverWith(answered(`"${'x'.repeat(24_000_000)}"`), {
    heartbeat: 2_000,
    answer: 25_000_000,
  })
  const { socket } = await open(url)
  const stream = (socket as unknown as { _socket: Socket })._socket
  stream.on('data', () => {
    stream.pause()
    setTimeout(() => stream.resume(), 25)
  })
  const start = performance.now()
  socket.send(call('eth_getLogs'))
  const [data] = await once(socket, 'message')
  expect(String(data)).toHaveLength(24_000_036)
  expect(performance.now() - start).toBeGreaterThan(6_000)
  socket.close()
}, 90_000)

test('a client that reads nothing of much is closed with a reason, and sent no more until then', async () => {
  let asked = 0
  const { url } = await serverWith(async () => {
    asked += 1
    return { result: `"${'x'.repeat(100_000)}"`, error: null }
  })
  const { socket, closed } = await open(url)
  socket.pause()
  for (let sent = 0; sent < 1_000; sent += 1) socket.send(call('eth_getCode'))
  await new Promise((resolve) => setTimeout(resolve, 8_000))
  // 4 MiB, and what the system keeps for both ends.
  expect(asked).toBeLessThan(300)
  socket.resume()
  expect(await closed).toEqual({ code: 1013, reason: 'this client does not read' })
}, 60_000)

test('a client that does not read why it is closed is cut off', async () => {
  const { url, dispatcher } = await serverWith(answered('"0x7"'), {
    buffer: 1_000_000,
    heartbeat: 300,
  })
  const { socket } = await open(url)
  socket.send(call('eth_subscribe'))
  await once(socket, 'message')
  socket.pause()
  const params = `{"result":"${'x'.repeat(60_000)}","subscription":"0x7"}`
  for (let sent = 0; sent < 500; sent += 1) dispatcher.notify(params)
  expect(dispatcher.unread.held).toBeGreaterThan(0)
  await expect.poll(() => dispatcher.unread.held, { timeout: 3_000 }).toBe(0)
  socket.terminate()
})

test('a failure while a request is answered closes its connection only', async () => {
  let isBroken = true
  const { url } = await serverWith(async () => {
    if (isBroken) throw new TypeError('a fault of the server')
    return { result: '"0x1"', error: null }
  })
  await expect(post(url)).rejects.toThrow()
  const { socket, closed } = await open(url)
  socket.send(call('eth_call'))
  expect(await closed).toEqual({ code: 1011, reason: 'the request could not be answered' })
  isBroken = false
  expect((await post(url)).status).toBe(200)
})

test('clients that go before they are answered leave nothing behind', async () => {
  const waiting: (() => void)[] = []
  const { url, dispatcher } = await serverWith(
    (_: string, __: string, { signal }: { signal: AbortSignal }) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
        waiting.push(() => resolve({ result: '"0x1"', error: null }))
      }),
    { 'client-queue': 2 },
  )
  for (let round = 0; round < 3; round += 1) {
    const gone = new AbortController()
    const requests = [0, 1].map(() => post(url, call('eth_call'), gone.signal))
    const { socket } = await open(url)
    socket.send(call('eth_call'))
    await expect.poll(() => waiting.length).toBe(3 * round + 3)
    gone.abort()
    socket.terminate()
    await Promise.allSettled(requests)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  expect(dispatcher.unread.held).toBe(0)
  const answer = post(url)
  await expect.poll(() => waiting.length).toBe(10)
  waiting.at(-1)?.()
  expect((await answer).status).toBe(200)
})

test('bodies that are broken off are counted no longer', async () => {
  const { url, port } = await serverWith(answered('"0x1"'), {
    body: 400_000,
    'client-bodies': 200_000,
    bodies: 200_000,
  })
  const head = 'POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n'
  for (let round = 0; round < 5; round += 1) {
    const socket = connectTcp(port, '127.0.0.1')
    socket.write(`${head}content-length: 250001\r\n\r\n${' '.repeat(250_000)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect((await post(url, ' '.repeat(100_000))).status, `round ${round}`).toBe(429)
    socket.destroy()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  expect((await post(url, ' '.repeat(200_000 + 65_536))).status).toBe(200)
  expect((await post(url, ' '.repeat(200_000 + 65_537))).status).toBe(429)
})

test.each([
  [
    'GET / HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n',
    /^HTTP\/1.1 400 /,
  ],
  [
    'GET / HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
    /^HTTP\/1.1 400 /,
  ],
  ['GARBAGE\r\n\r\n', /^HTTP\/1.1 400 /],
  ['POST / HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n', /^HTTP\/1.1 400 /],
  [
    'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 99999999999999999999\r\n\r\n',
    /^HTTP\/1.1 4(00|13) /,
  ],
  ['CONNECT a:1 HTTP/1.1\r\nhost: a\r\n\r\n', /^$/],
])('%j is answered and closed, and the server serves', async (text, expected) => {
  const { url, port } = await serverWith(answered('"0x1"'))
  const socket = connectTcp(port, '127.0.0.1')
  let answer = ''
  socket.on('data', (data) => {
    answer += data
  })
  socket.on('error', () => {})
  socket.write(text)
  await once(socket, 'close')
  expect(answer).toMatch(expected)
  expect((await post(url)).status).toBe(200)
})

test('requests of several origins on one connection are counted for the first, and given back to it', async () => {
  const { url, port } = await serverWith(answered('"0x1"'), { 'client-connections': 2 })
  const text = call('eth_chainId')
  const head = 'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n'
  const one = (origin: string) => `${head}${origin}content-length: ${text.length}\r\n\r\n${text}`
  for (let round = 0; round < 4; round += 1) {
    const socket = connectTcp(port, '127.0.0.1')
    let answers = ''
    socket.on('data', (data) => {
      answers += data
    })
    socket.write(one('') + one('origin: http://localhost:7\r\n'))
    await expect.poll(() => answers.split('HTTP/1.1 200').length).toBe(3)
    socket.destroy()
    await once(socket, 'close')
  }
  expect((await post(url)).status).toBe(200)
})
