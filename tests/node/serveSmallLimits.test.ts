import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import {
  CHAIN_ID,
  call,
  closeOf,
  open,
  othersAreServed,
  type Server,
  serve,
} from './limitedServer.js'

describe('with small limits', () => {
  let server: Server
  beforeAll(async () => {
    server = await serve({
      body: 300_000,
      'client-bodies': 200_000,
      bodies: 300_000,
      'body-time': 1_500,
      'header-time': 1_000,
      'client-queue': 20,
      subscriptions: 2,
      answer: 100_000,
      'client-connections': 12,
      'idle-time': 1_000,
    })
  })
  afterAll(() => server.stop())

  test('messages that are arriving are counted as bodies are', async () => {
    const clients = await Promise.all([0, 1, 2].map(() => open(server)))
    // All but the last byte of a message of 250,000: 184,464 beyond the first 64 KiB.
    const header = Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0, 3, 0xd0, 0x90, 0, 0, 0, 0])
    const raw = (client: (typeof clients)[number]) =>
      (client.socket as unknown as { _socket: Socket })._socket
    for (const client of clients) {
      raw(client).write(Buffer.concat([header, Buffer.alloc(249_999, ' ')]))
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    // The second is above what there is for all.
    expect((await clients[1]?.closed)?.code).toBe(1013)
    await othersAreServed(server)
    if (clients[0] !== undefined) raw(clients[0]).write(' ')
    await expect.poll(() => clients[0]?.received.length).toBe(1)
    for (const { socket } of clients) socket.terminate()
  })

  test('a message that takes too long closes the connection', async () => {
    const client = await open(server)
    client.socket.send('[', { fin: false })
    const start = performance.now()
    expect(await client.closed).toEqual({ code: 1008, reason: 'the message took too long' })
    expect(performance.now() - start).toBeGreaterThan(1_000)
  })

  test('a body and headers that take too long end the connection', async () => {
    const slow = async (text: string) => {
      const socket = connectTcp(server.port, '127.0.0.1')
      socket.write(text)
      const timer = setInterval(() => socket.write('a'), 100)
      socket.on('error', () => {})
      let answer = ''
      socket.on('data', (data) => {
        answer += data
      })
      await closeOf(socket)
      clearInterval(timer)
      return answer
    }
    const head = 'POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n'
    const answers = await Promise.all([
      slow('POST / HTTP/1.1\r\nx: '),
      slow(`${head}content-length: 10000\r\n\r\n`),
      slow(''),
    ])
    for (const answer of answers.slice(0, 2)) expect(answer).toMatch(/^HTTP\/1.1 408 /)
    await othersAreServed(server)
  })

  test('a silent connection is closed', async () => {
    const socket = connectTcp(server.port, '127.0.0.1')
    socket.resume()
    await closeOf(socket)
  })

  test('a client has so many requests at once', async () => {
    const client = await open(server)
    for (let id = 0; id < 60; id += 1) client.socket.send(call(id, 'eth_chainId'))
    await expect.poll(() => client.received.length).toBe(60)
    const answers = client.received.map((text) => JSON.parse(text))
    const codes = new Set(answers.map(({ error }) => error?.code))
    expect(codes).toEqual(new Set([undefined, -32005]))
    expect(await client.ask(call(1, 'eth_chainId'))).toEqual(CHAIN_ID)
    client.socket.close()
  })

  test('a connection has so many subscriptions, and as many again when they are ended', async () => {
    const client = await open(server)
    const subscribe = (id: number) => client.ask(call(id, 'eth_subscribe', 'newHeads'))
    const first = await subscribe(1)
    expect(await subscribe(2)).toHaveProperty('result')
    expect(await subscribe(3)).toMatchObject({ error: { code: -32005 } })
    expect(await client.ask(call(4, 'eth_unsubscribe', first.result))).toMatchObject({
      result: true,
    })
    expect(await subscribe(5)).toHaveProperty('result')
    const other = await open(server)
    expect(await other.ask(call(1, 'eth_subscribe', 'newHeads'))).toHaveProperty('result')
    client.socket.close()
    other.socket.close()
  })

  test('an answer above its bound is -32003', async () => {
    const address = `0x${'dd'.repeat(20)}`
    const codeOf = async (bytes: number) => {
      await server.post(call(1, 'anvil_setCode', address, `0x${'00'.repeat(bytes)}`))
      return (await server.post(call(1, 'eth_getCode', address, 'latest'))).json()
    }
    expect((await codeOf(49_998)).result).toHaveLength(99_998)
    expect((await codeOf(49_999)).error).toEqual({
      code: -32003,
      message: 'the answer takes more than 100000 bytes',
    })
  })

  test('a client has a limited number of WebSockets; one more is refused with Retry-After', async () => {
    const clients = await Promise.all(Array.from({ length: 12 }, () => open(server)))
    // Requests over HTTP are counted apart.
    expect((await server.post(call(1, 'eth_chainId'))).status).toBe(200)
    const refused = new WebSocket(server.url.replace('http', 'ws'))
    const [error] = await once(refused, 'error')
    expect(error.message).toMatch(/429/)
    // A flood of them ends.
    const flood = Array.from({ length: 100 }, () => connectTcp(server.port, '127.0.0.1'))
    await Promise.all(
      flood.map((socket) => {
        socket.on('error', () => {}).resume()
        return closeOf(socket)
      }),
    )
    for (const { socket } of clients) socket.close()
    await Promise.all(clients.map(({ closed }) => closed))
    await expect.poll(async () => (await server.post(call(1, 'eth_chainId'))).status).toBe(200)
  })
})

test('an unread HTTP answer is kept for a limited time', async () => {
  const server = await serve({ 'write-time': 1_000, answer: 20_000_000 })
  const address = `0x${'cc'.repeat(20)}`
  await server.post(call(1, 'anvil_setCode', address, `0x${'00'.repeat(24_576)}`))
  const socket = connectTcp(server.port, '127.0.0.1')
  const batch = Array.from({ length: 400 }, (_, id) => call(id, 'eth_getCode', address, 'latest'))
  const body = `[${batch.join(',')}]`
  const head = 'POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n'
  socket.pause()
  socket.on('error', () => {})
  socket.write(`${head}content-length: ${body.length}\r\n\r\n${body}`)
  await new Promise((resolve) => setTimeout(resolve, 3_000))
  let read = 0
  socket.on('data', (data) => {
    read += data.length
  })
  socket.resume()
  await closeOf(socket)
  expect(read).toBeLessThan(19_000_000)
  await othersAreServed(server)
  await server.stop()
})

test('a client that does not answer pings is ended, one that does stays', async () => {
  const server = await serve({ heartbeat: 1_000 })
  const [silent, alive] = await Promise.all([open(server, { autoPong: false }), open(server)])
  expect((await silent.closed).code).toBe(1006)
  expect(await alive.ask(call(1, 'eth_chainId'))).toEqual(CHAIN_ID)
  await server.stop()
})

test('a client that does not read is closed with a reason, and others are served', async () => {
  const server = await serve({ buffer: 400_000 })
  const address = `0x${'cc'.repeat(20)}`
  await server.post(call(1, 'anvil_setCode', address, `0x${'00'.repeat(24_576)}`))
  const client = await open(server)
  client.socket.pause()
  for (let id = 0; id < 1_500; id += 1)
    client.socket.send(call(id, 'eth_getCode', address, 'latest'))
  await othersAreServed(server)
  await new Promise((resolve) => setTimeout(resolve, 6_000))
  client.socket.resume()
  expect(await client.closed).toEqual({
    code: 1013,
    reason: expect.stringMatching(
      /^(this client does not read|more than 400000 bytes wait for this client to read)$/,
    ),
  })
  expect(client.received.length).toBeLessThan(1_500)
  await othersAreServed(server)
  await server.stop()
})

test('lines of --verbose are short and have no control characters', async () => {
  const server = await serve({}, '--verbose')
  const method = `\u001b[2J\u202e\u2028\u{e0041}${'m'.repeat(300)}`
  await server.post(call(1, method))
  await expect.poll(server.stderr).toMatch(/error -32601/)
  const line =
    server
      .stderr()
      .split('\n')
      .find((text) => text.includes('-32601')) ?? ''
  expect(line).toMatch(/^\\u001b\[2J\\u202e\\u2028\\udb40\\udc41m+\.\.\. /)
  expect(line.length).toBeLessThan(600)
  await server.stop()
})
