import { mkdtemp, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { serve } from './served.js'

type Server = Awaited<ReturnType<typeof serve>>

const APP = 'https://app.example'
const EVIL = 'https://evil.example'
const ALICE = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'

const call = (method: string, ...params: unknown[]) =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })

const JSON_TYPE = { 'content-type': 'application/json' }

/** Sends a request with headers that `fetch` would not let through. */
function ask(
  url: string,
  headers: Record<string, string>,
  body = call('eth_chainId'),
  method = 'POST',
) {
  return new Promise<Asked>((resolve, reject) => {
    const request = httpRequest(
      url,
      { method, headers: { ...JSON_TYPE, ...headers } },
      (response) => {
        let text = ''
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, text }),
        )
      },
    )
    request.once('error', reject)
    request.end(body)
  })
}

type Asked = { status?: number | undefined; headers: Record<string, unknown>; text: string }

/** Opens a WebSocket: the first answer over it, or the status with which it is refused. */
function shake(url: string, headers: Record<string, string>, body = call('eth_chainId')) {
  return new Promise<unknown>((resolve, reject) => {
    const socket = new WebSocket(url.replace('http', 'ws'), { headers })
    socket.once('unexpected-response', (_, { statusCode }) => {
      resolve(statusCode)
      socket.terminate()
    })
    socket.once('error', reject)
    socket.once('open', () => socket.send(body))
    socket.once('message', (data) => {
      resolve(JSON.parse(String(data)))
      socket.close()
    })
  })
}

const ANSWER = { jsonrpc: '2.0', id: 1, result: '0x7a69' }

describe('with one origin and one name allowed', () => {
  let server: Server
  beforeAll(async () => {
    const options = ['--allow-origin', APP, '--allow-origin', 'http://b.example:81']
    server = await serve('--threads', '1', ...options, '--allow-host', 'chain.example')
  })
  afterAll(() => void server.child.kill())

  test.each([
    [{}, undefined],
    [{ origin: APP }, APP],
    [{ origin: 'http://b.example:81' }, 'http://b.example:81'],
    [{ origin: 'http://localhost:3000' }, 'http://localhost:3000'],
    [{ origin: 'moz-extension://2b8a4c8e' }, 'moz-extension://2b8a4c8e'],
    [{ host: 'chain.example' }, undefined],
  ])('a request with %j is answered', async (headers, shownTo) => {
    const asked = await ask(server.url, headers)
    expect(asked).toMatchObject({ status: 200, headers: { vary: 'Origin' } })
    expect(asked.headers['access-control-allow-origin']).toBe(shownTo)
    expect(JSON.parse(asked.text)).toEqual(ANSWER)
    expect(await shake(server.url, headers)).toEqual(ANSWER)
  })

  test.each([
    [{ origin: EVIL }, `--allow-origin ${EVIL} admits them`],
    [{ origin: 'null' }, '--allow-origin null admits'],
    [{ origin: 'http://localhost.evil.example' }, 'origin http://localhost.evil.example may not'],
    [{ origin: `${APP}.evil.example` }, 'app.example.evil.example admits them'],
    [{ host: 'evil.example' }, '--allow-host evil.example adds it'],
    [{ 'sec-fetch-site': 'cross-site' }, 'Sec-Fetch-Site is cross-site'],
  ])('a request with %j is refused, changes nothing and is named once', async (headers, words) => {
    const change = call('anvil_setBalance', ALICE, '0x1')
    const asked = await ask(server.url, headers, change)
    expect(asked.status).toBe(403)
    expect(asked.headers['access-control-allow-origin']).toBe(undefined)
    expect(JSON.parse(asked.text)).toMatchObject({ id: null, error: { code: 4100 } })
    expect(JSON.parse(asked.text).error.message).toContain(words)
    expect(await shake(server.url, headers, change)).toBe(403)
    expect((await ask(server.url, headers, '', 'OPTIONS')).status).toBe(403)
    const balance = await ask(server.url, {}, call('eth_getBalance', ALICE, 'latest'))
    expect(JSON.parse(balance.text).result).toBe('0x21e19e0c9bab2400000')
    await expect.poll(server.stderr).toContain(words)
    expect(server.stderr().split(words).length).toBe(2)
  })

  test('a page is refused before its body is there', async () => {
    const { port } = new URL(server.url)
    const head = `POST / HTTP/1.1\r\nHost: localhost\r\nOrigin: ${EVIL}\r\nContent-Length: 30000000\r\n\r\n`
    const socket = connect(Number(port), '127.0.0.1')
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.write(`${head}[`)
    // The server closes the connection as well, when it has thrown away what still arrived.
    await new Promise<void>((resolve) => socket.once('close', () => resolve()))
    expect(text).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/)
  })

  test.each([
    ['no Host', ''],
    ['two Hosts', 'Host: localhost\r\nHost: localhost\r\n'],
    ['two Origins', `Host: localhost\r\nOrigin: ${APP}\r\nOrigin: ${APP}\r\n`],
  ])('a request or handshake with %s is refused', async (_, headers) => {
    const { port } = new URL(server.url)
    const upgrade =
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
    const type = 'Content-Type: application/json\r\nContent-Length: 0\r\n'
    for (const head of [
      `POST / HTTP/1.0\r\n${headers}${type}`,
      `GET / HTTP/1.1\r\n${headers}${upgrade}`,
    ]) {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(`${head}\r\n`))
      const text = await new Promise<string>((resolve) =>
        socket.once('data', (data) => resolve(String(data))),
      )
      expect(text).toMatch(/^HTTP\/1\.1 403 /)
      socket.destroy()
    }
  })

  test('other paths, methods and types are refused', async () => {
    const { url } = server
    expect((await ask(`${url}/rpc`, {})).status).toBe(404)
    expect(await shake(`${url}/rpc`, {})).toBe(404)
    expect(await ask(url, {}, '', 'GET')).toMatchObject({
      status: 405,
      headers: { allow: 'POST, OPTIONS' },
    })
    expect((await ask(url, { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await ask(url, { 'content-type': 'application/json; charset=utf-8' })).status).toBe(200)
  })

  test('a page that is allowed may ask beforehand', async () => {
    const headers = { origin: APP, 'access-control-request-private-network': 'true' }
    expect(await ask(server.url, headers, '', 'OPTIONS')).toMatchObject({
      status: 204,
      headers: {
        vary: 'Origin',
        'access-control-allow-origin': APP,
        'access-control-allow-methods': 'POST, OPTIONS',
        'access-control-allow-headers': 'authorization, content-type',
        'access-control-allow-private-network': 'true',
      },
    })
  })
})

test('with a token requests need it, over WebSocket too', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'parevm-')), 'token')
  await writeFile(file, 'secret\n')
  const server = await serve('--threads', '1', '--host', '0.0.0.0', '--token-file', file)
  const url = server.url.replace('0.0.0.0', '127.0.0.1')
  const authorization = 'Bearer secret'
  for (const headers of [{}, { authorization: 'Bearer wrong' }]) {
    expect(await ask(url, headers)).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer' },
    })
    expect(await shake(url, headers)).toBe(401)
  }
  expect(JSON.parse((await ask(url, { authorization })).text)).toEqual(ANSWER)
  expect(await shake(url, { authorization })).toEqual(ANSWER)
  expect(await shake(`${url}/?token=secret`, {})).toEqual(ANSWER)
  expect(await shake(`${url}/?token=secret`, { origin: EVIL })).toBe(403)
  // It is reached from elsewhere by its address, and under no name that could be bound to that.
  expect((await ask(url, { authorization, host: '192.168.1.2:8545' })).status).toBe(200)
  expect((await ask(url, { authorization, host: 'evil.example' })).status).toBe(403)
  expect(server.stderr()).not.toContain('warning')
  expect(server.stderr()).not.toContain('secret')
  server.child.kill()
})

test('options that expose the server or its secrets cause a warning', async () => {
  const words = `${'abandon '.repeat(11)}about`
  const options = ['--host', '0.0.0.0', '--allow-origin', '*', '--mnemonic', words]
  const server = await serve('--threads', '1', ...options)
  expect(server.stderr().split('\n').slice(0, 3)).toEqual([
    'warning: --allow-origin *: any page that a browser opens can send requests',
    'warning: --host 0.0.0.0: every machine that reaches this one can send requests; set a token (--token-file)',
    'warning: --mnemonic: other users of this machine can read these words, and the shell may keep them; use --mnemonic-file, --mnemonic-prompt or PAREVM_MNEMONIC',
  ])
  const url = server.url.replace('0.0.0.0', '127.0.0.1')
  expect((await ask(url, { origin: EVIL })).status).toBe(200)
  server.child.kill()
})

describe('with words of the user', () => {
  const account = '0x9858effd232b4033e47d90003d41ec34ecaeda94'
  let server: Server
  beforeAll(async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'parevm-')), 'words')
    await writeFile(file, `${'abandon '.repeat(11)}about\n`)
    server = await serve('--threads', '1', '--mnemonic-file', file)
  })
  afterAll(() => void server.child.kill())

  const transaction = { from: account, to: account, value: '0x1' }
  const typed = (chainId: number) => ({
    types: {
      EIP712Domain: [{ name: 'chainId', type: 'uint256' }],
      T: [{ name: 'a', type: 'uint256' }],
    },
    primaryType: 'T',
    domain: { chainId },
    message: { a: 1 },
  })
  const signing: [string, unknown[]][] = [
    ['eth_sign', [account, '0x']],
    ['personal_sign', ['0x', account]],
    ['eth_signTypedData', [account, typed(31337)]],
    ['eth_signTypedData_v3', [account, typed(31337)]],
    ['eth_signTypedData_v4', [account, JSON.stringify(typed(31337))]],
    ['eth_signTransaction', [transaction]],
    ['eth_sendTransaction', [transaction]],
    ['eth_sendTransactionSync', [transaction]],
    ['eth_sendUnsignedTransaction', [transaction]],
    ['anvil_reorg', [1, [[transaction, 0]]]],
    ['anvil_setChainId', [31337]],
  ]

  test.each(signing)('%s is for no page and no extension', async (method, params) => {
    const body = call(method, ...params)
    for (const origin of ['http://localhost:3000', 'chrome-extension://abcdef']) {
      const { status, text } = await ask(server.url, { origin }, body)
      expect(status).toBe(200)
      const message = `${method} uses private keys: not allowed for pages and extensions`
      const refused = { jsonrpc: '2.0', id: 1, error: { code: 4100, message } }
      expect(JSON.parse(text)).toEqual(refused)
      expect(await shake(server.url, { origin }, body)).toEqual(refused)
    }
    const { text } = await ask(server.url, {}, body)
    expect(JSON.parse(text)).toHaveProperty('result')
  })

  test('a page reads the chain, and sends signed transactions', async () => {
    const signed = JSON.parse(
      (await ask(server.url, {}, call('eth_signTransaction', transaction))).text,
    ).result
    const page = { origin: 'http://localhost:3000' }
    const sent = await ask(server.url, page, call('eth_sendRawTransaction', signed))
    expect(JSON.parse(sent.text).result).toMatch(/^0x[\da-f]{64}$/)
    const accounts = await ask(server.url, page, call('eth_accounts'))
    expect(JSON.parse(accounts.text).result).toContain(account)
  })

  test('typed data of another chain are never signed', async () => {
    const { text } = await ask(server.url, {}, call('eth_signTypedData_v4', account, typed(1)))
    expect(JSON.parse(text).error).toEqual({
      code: -32602,
      message: 'typed data: domain.chainId: 1 is another chain than that of this node, 31337',
    })
  })
})

test('the well-known keys sign for pages', async () => {
  const server = await serve('--threads', '1')
  const page = { origin: 'http://localhost:3000' }
  const { text } = await ask(server.url, page, call('personal_sign', '0x', ALICE))
  expect(JSON.parse(text).result).toMatch(/^0x[\da-f]{130}$/)
  server.child.kill()
})
