import { once } from 'node:events'
import { Agent } from 'node:http'
import { connect as connectTcp } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import {
  begin,
  CHAIN_ID,
  call,
  long,
  open,
  othersAreServed,
  rssOf,
  type Server,
  serve,
  statusOf,
} from './limitedServer.js'

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
    refused.request.on('continue', () => expect.fail('the server asked it to continue'))
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
