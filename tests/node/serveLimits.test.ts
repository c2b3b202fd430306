import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { connect as connectTcp, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'

const script = fileURLToPath(new URL('../../dist/js/bin/parevm.js', import.meta.url))

/** Starts a server with these limits. */
async function serve(limits: Record<string, number> = {}, ...args: string[]) {
  const flags = Object.entries(limits).flatMap(([name, value]) => ['--limit', `${name}=${value}`])
  const words = [script, 'serve', '--port', '0', '--json', '--threads', '1', ...flags, ...args]
  const child: ChildProcess = spawn(process.execPath, words)
  let stderr = ''
  child.stderr?.on('data', (text) => {
    stderr += text
  })
  const [line] = await once(child.stdout as NonNullable<typeof child.stdout>, 'data')
  const { url, port }: { url: string; port: number } = JSON.parse(String(line))
  return {
    url,
    port,
    child,
    stderr: () => stderr,
    post: (body: string, headers: Record<string, string> = {}) =>
      fetch(url, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...headers },
      }),
    async stop() {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

type Server = Awaited<ReturnType<typeof serve>>

const call = (id: number, method: string, ...params: unknown[]) =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params })

/** A request of exactly so many bytes. */
const long = (bytes: number) => {
  const text = call(1, 'eth_chainId')
  return text + ' '.repeat(bytes - text.length)
}

const CHAIN_ID = { jsonrpc: '2.0', id: 1, result: '0x7a69' }

/** Another client is served meanwhile; the bound is wide, for machines that do other things. */
async function othersAreServed({ post }: Server) {
  const start = performance.now()
  expect(await (await post(call(1, 'eth_chainId'))).json()).toEqual(CHAIN_ID)
  expect(performance.now() - start).toBeLessThan(10_000)
}

/** Opens a WebSocket; keeps what it receives. */
async function open({ url }: Server, options: ConstructorParameters<typeof WebSocket>[2] = {}) {
  const socket = new WebSocket(url.replace('http', 'ws'), options)
  const received: string[] = []
  socket.on('message', (data) => received.push(String(data)))
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) })),
  )
  socket.on('error', () => {})
  await once(socket, 'open')
  const ask = async (text: string) => {
    const next = received.length
    socket.send(text)
    await expect.poll(() => received.length, { timeout: 10_000 }).toBeGreaterThan(next)
    return JSON.parse(received[next] ?? '')
  }
  return { socket, received, closed, ask }
}

/** Begins a request whose body is not sent yet. */
function begin({ url }: Server, headers: Record<string, string | number> = {}, agent?: Agent) {
  const all = { 'content-type': 'application/json', ...headers }
  const request = httpRequest(url, { method: 'POST', headers: all, ...(agent ? { agent } : {}) })
  const answered = new Promise<IncomingMessage | string>((resolve) => {
    request.once('response', (response) => {
      response.resume()
      resolve(response)
    })
    request.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  })
  return { request, answered }
}

const statusOf = async (answered: Promise<IncomingMessage | string>) => {
  const answer = await answered
  return typeof answer === 'string' ? answer : answer.statusCode
}

/** Resolves when a connection has ended, however it has. */
function closeOf(socket: Socket): Promise<unknown> {
  socket.on('error', () => {})
  return new Promise((resolve) => socket.once('close', resolve))
}

/** Bytes that the process of a server takes. */
async function rssOf({ child }: Server): Promise<number> {
  const { readFile } = await import('node:fs/promises')
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1_024
}

describe('with the limits that it has', () => {
  let server: Server
  beforeAll(async () => {
    // Machines that do other things take long to send 64 MB.
    server = await serve({ 'body-time': 300_000 })
  })
  afterAll(() => server.stop())

  const MOST = 5 * 2 ** 20

  test('a body of 5 MB is read, one byte more is refused', async () => {
    expect(await (await server.post(long(MOST))).json()).toEqual(CHAIN_ID)
    expect((await server.post(long(MOST + 1))).status).toBe(413)
    await othersAreServed(server)
  })

  test.each([
    ['announced', { 'content-length': MOST + 1 }],
    ['in pieces', {}],
  ])('a body above 5 MB is refused at its first byte too many (%s)', async (kind, headers) => {
    const { request, answered } = begin(server, headers)
    if (kind === 'announced') request.flushHeaders()
    // The end is never sent.
    else request.write(long(MOST + 1))
    expect(await statusOf(answered)).toBe(413)
    request.destroy()
  })

  test('a request with Expect is refused before its body is sent', async () => {
    const refused = begin(server, { expect: '100-continue', 'content-length': MOST + 1 })
    refused.request.on('continue', () => expect.fail('it was told to continue'))
    refused.request.flushHeaders()
    expect(await statusOf(refused.answered)).toBe(413)
    refused.request.destroy()
    const text = call(1, 'eth_chainId')
    const let_in = begin(server, { expect: '100-continue', 'content-length': text.length })
    let_in.request.once('continue', () => let_in.request.end(text))
    let_in.request.flushHeaders()
    expect(await statusOf(let_in.answered)).toBe(200)
  })

  test('memory of a body in chunks of one byte is its length', async () => {
    const before = await rssOf(server)
    const socket = connectTcp(server.port, '127.0.0.1')
    await once(socket, 'connect')
    const head = 'POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n'
    socket.write(`${head}connection: close\r\ntransfer-encoding: chunked\r\n\r\n`)
    const text = long(2 ** 20)
    const pieces = [...text].map((character) => `1\r\n${character}\r\n`).join('')
    socket.write(`${pieces}0\r\n\r\n`)
    let answer = ''
    for await (const chunk of socket) answer += chunk
    expect(answer).toContain(JSON.stringify(CHAIN_ID))
    expect((await rssOf(server)) - before).toBeLessThan(150 * 2 ** 20)
  })

  test.each(['gzip', 'deflate', 'br', 'zstd', 'GZIP', 'identity, gzip'])(
    'a body that is compressed is refused (%s)',
    async (encoding) => {
      const body = gzipSync(call(1, 'eth_chainId'))
      const headers = { 'content-type': 'application/json', 'content-encoding': encoding }
      const response = await fetch(server.url, { method: 'POST', body, headers })
      expect(response.status).toBe(415)
      expect(response.headers.get('accept-encoding')).toBe('identity')
    },
  )

  test('a body with Content-Encoding identity is read', async () => {
    const response = await server.post(call(1, 'eth_chainId'), { 'content-encoding': 'identity' })
    expect(await response.json()).toEqual(CHAIN_ID)
  })

  test('a message of 5 MB is read, one byte more closes the connection', async () => {
    const client = await open(server)
    expect(await client.ask(long(MOST))).toEqual(CHAIN_ID)
    client.socket.send(long(MOST + 1))
    expect((await client.closed).code).toBe(1009)
    await othersAreServed(server)
  })

  test('messages are not compressed', async () => {
    const client = await open(server, { perMessageDeflate: true })
    expect(client.socket.extensions).toBe('')
    client.socket.close()
  })

  test('a message of 1,024 fragments is read, one of more closes the connection', async () => {
    const text = long(2_000)
    const send = (socket: WebSocket, fragments: number) => {
      for (let at = 0; at < fragments; at += 1) {
        const isLast = at === fragments - 1
        socket.send(isLast ? text.slice(at) : text.slice(at, at + 1), { fin: isLast })
      }
    }
    const client = await open(server)
    send(client.socket, 1_024)
    await expect.poll(() => client.received.length).toBe(1)
    expect(JSON.parse(client.received[0] ?? '')).toEqual(CHAIN_ID)
    send(client.socket, 1_025)
    expect((await client.closed).code).toBe(1008)
  })

  test('a batch of 1,000 is answered, one more is refused and nothing of it is executed', async () => {
    const batch = (count: number) => `[${Array(count).fill(call(1, 'eth_chainId')).join(',')}]`
    const answers = await (await server.post(batch(1_000))).json()
    expect(answers).toEqual(Array(1_000).fill(CHAIN_ID))
    const more = `[${call(1, 'anvil_setCoinbase', `0x${'11'.repeat(20)}`)},${batch(1_000).slice(1)}`
    expect(await (await server.post(more)).json()).toEqual({
      jsonrpc: '2.0',
      id: null,
      error: { code: -32600, message: 'a batch of more than 1000 requests' },
    })
    const [coinbase] = await (await server.post(`[${call(1, 'eth_coinbase')}]`)).json()
    expect(coinbase.result).toBe(`0x${'00'.repeat(20)}`)
  })

  test('after 25 MB of answers the rest of a batch is not executed', async () => {
    const code = `0x${'00'.repeat(24_576)}`
    const address = `0x${'cc'.repeat(20)}`
    await server.post(call(1, 'anvil_setCode', address, code))
    const reads = Array.from({ length: 600 }, (_, id) => call(id, 'eth_getCode', address, 'latest'))
    const height = async () => (await (await server.post(call(1, 'eth_blockNumber'))).json()).result
    const before = await height()
    const text = await (await server.post(`[${reads.join(',')},${call(600, 'evm_mine')}]`)).text()
    const answers: { id: number; result?: string; error?: { code: number } }[] = JSON.parse(text)
    expect(answers.map(({ id }) => id)).toEqual(Array.from({ length: 601 }, (_, id) => id))
    // Each answer takes 49,190 bytes or a few more: the 509th goes above.
    const first = answers.findIndex(({ error }) => error !== undefined)
    expect(first).toBe(509)
    expect(new Set(answers.slice(first).map(({ error }) => error?.code))).toEqual(new Set([-32003]))
    expect(text.length).toBeLessThan(25_100_000)
    expect(await height()).toBe(before)
  })

  test.each([
    ['a list in 256 others', `${'['.repeat(257)}`, -32700],
    ['20 MB of brackets', '['.repeat(5_000_000), -32700],
    ['a value in 300 objects', `${'{"a":'.repeat(300)}1${'}'.repeat(300)}`, -32700],
    ['parameters in 300 lists', call(1, 'eth_call').replace('[]', '['.repeat(300)), -32700],
    ['parameters that are no JSON', call(1, 'eth_call').replace('[]', '[1,,2]'), -32602],
    [
      'parameters that are nested as deep as is read',
      call(1, 'eth_call').replace('[]', `${'['.repeat(255)}${']'.repeat(255)}`),
      -32602,
    ],
  ])('%s are an error of their request alone', async (_, body, code) => {
    expect(await (await server.post(body)).json()).toMatchObject({ error: { code } })
    await othersAreServed(server)
  })

  test('nothing is repeated beyond 200 characters', async () => {
    const name = 'm'.repeat(1_000_000)
    const answer = await (await server.post(call(1, name))).text()
    expect(JSON.parse(answer).error.code).toBe(-32601)
    expect(answer.length).toBeLessThan(400)
    const id = '9'.repeat(201)
    const refused = `{"jsonrpc":"2.0","id":${id},"method":"eth_chainId"}`
    expect(await (await server.post(refused)).json()).toEqual({
      jsonrpc: '2.0',
      id: null,
      error: { code: -32600, message: 'id: more than 200 bytes' },
    })
  })

  test('headers above 16 KiB are refused', async () => {
    const header = (bytes: number) => server.post(call(1, 'eth_chainId'), { x: 'x'.repeat(bytes) })
    expect((await header(15_000)).status).toBe(200)
    expect((await header(17_000)).status).toBe(431)
  })

  test('64 MB of bodies may be arriving, more are refused for now, small ones never', async () => {
    const agent = new Agent({ maxSockets: 100 })
    // One client has half of it: an origin makes another.
    const origin = (index: number) => (index % 2 === 0 ? {} : { origin: 'http://localhost:3000' })
    const part = Buffer.alloc(5 * 2 ** 20 - 1, ' ')
    const bodies = Array.from({ length: 14 }, (_, index) => {
      const one = begin(server, { 'content-length': part.length + 1, ...origin(index) }, agent)
      one.request.write(part)
      return one
    })
    // Six of each client fit. Which one is too many depends on what arrives first.
    const answers: (string | undefined | number)[][] = []
    for (const { answered } of bodies)
      void answered.then((answer) => {
        if (typeof answer === 'string') answers.push([answer])
        else answers.push([answer.statusCode, answer.headers['retry-after']])
      })
    await expect.poll(() => answers, { timeout: 60_000 }).toHaveLength(2)
    await othersAreServed(server)
    for (const { request } of bodies) request.end(' ')
    await expect.poll(() => answers, { timeout: 60_000 }).toHaveLength(14)
    // Spaces are no JSON, which is an answer.
    expect(answers).toEqual([[429, '1'], [429, '1'], ...Array(12).fill([200, undefined])])
    agent.destroy()
    expect(await (await server.post(long(MOST))).json()).toEqual(CHAIN_ID)
  })
})

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
