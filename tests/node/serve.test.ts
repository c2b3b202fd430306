import { mkdtemp, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { serve, start } from './served.js'

/** Sends a text as JSON. */
const send = (url: string, body: string) =>
  fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } })

describe('over HTTP and WebSocket', () => {
  let server: Awaited<ReturnType<typeof serve>>
  beforeAll(async () => {
    server = await serve('--threads', '2', '--chain-id', '77')
  })
  afterAll(() => void server.child.kill())

  const post = (body: string) => send(server.url, body)
  const ask = async (body: unknown) => (await post(JSON.stringify(body))).json()

  test('it prints its loopback URL', () => {
    expect(server.ready).toEqual({
      url: `http://127.0.0.1:${server.ready.port}`,
      port: expect.any(Number),
      build: 'threads',
      threads: 2,
    })
  })

  test('a request is answered under its id', async () => {
    const request = { jsonrpc: '2.0', id: 'a', method: 'eth_chainId' }
    expect(await ask(request)).toEqual({ jsonrpc: '2.0', id: 'a', result: '0x4d' })
  })

  test('a batch has one answer, without notifications', async () => {
    const request = { jsonrpc: '2.0', method: 'eth_chainId', params: [] }
    const batch = [{ ...request, id: 1 }, request, { ...request, id: null }, 5]
    expect(await ask(batch)).toEqual([
      { jsonrpc: '2.0', id: 1, result: '0x4d' },
      { jsonrpc: '2.0', id: null, result: '0x4d' },
      { jsonrpc: '2.0', id: null, error: { code: -32600, message: expect.any(String) } },
    ])
    expect((await post(JSON.stringify(request))).status).toBe(204)
  })

  test.each([
    ['{"jsonrpc":', -32700, null],
    ['[]', -32600, null],
    ['7', -32600, null],
    ['{"jsonrpc":"1.0","id":3,"method":"eth_chainId"}', -32600, 3],
    ['{"jsonrpc":"2.0","id":3,"method":"eth_chainId","params":"0x"}', -32600, 3],
    ['{"jsonrpc":"2.0","id":3,"method":"eth_moonPhase"}', -32601, 3],
    ['{"jsonrpc":"2.0","id":3,"method":"eth_getBalance","params":{}}', -32602, 3],
    ['{"jsonrpc":"2.0","id":3,"method":"eth_getBalance","params":["0x1"]}', -32602, 3],
    ['{"jsonrpc":"2.0","id":3,"method":"eth_subscribe","params":["logs"]}', -32601, 3],
  ])('%s is error %i', async (body, code, id) => {
    const answer = await (await post(body)).json()
    expect(answer).toMatchObject({ jsonrpc: '2.0', id, error: { code } })
  })

  test.each(['declared', 'streamed'])('a body above 5 MB is refused (%s)', async (kind) => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const length = 5 * 2 ** 20 + 1
      const type = { 'content-type': 'application/json' }
      const headers = kind === 'declared' ? { ...type, 'content-length': length } : type
      const request = httpRequest(server.url, { method: 'POST', headers }, (response) => {
        resolve(response.statusCode)
        request.destroy()
      })
      request.once('error', reject)
      if (kind === 'declared') request.flushHeaders()
      else
        for (let sent = 0; sent < length; sent += 2 ** 20) request.write(Buffer.alloc(2 ** 20, 32))
    })
    expect(status).toBe(413)
    expect(await ask({ jsonrpc: '2.0', id: 1, method: 'eth_chainId' })).toMatchObject({ id: 1 })
  })

  test('a WebSocket is served as well', async () => {
    const socket = new WebSocket(server.url.replace('http', 'ws'))
    await new Promise((resolve) => socket.once('open', resolve))
    const answer = new Promise((resolve) => socket.once('message', (text) => resolve(String(text))))
    socket.send('{"jsonrpc":"2.0","id":9,"method":"eth_chainId"}')
    expect(await answer).toBe('{"jsonrpc":"2.0","id":9,"result":"0x4d"}')
    socket.close()
  })
})

/** A client over WebSocket: what it was sent, as text. */
async function connect(url: string) {
  const socket = new WebSocket(url.replace('http', 'ws'))
  await new Promise((resolve) => socket.once('open', resolve))
  const received: string[] = []
  socket.on('message', (text) => received.push(String(text)))
  return {
    socket,
    received,
    /** Sends a text, and waits for so many messages. */
    async ask(text: string, messages = 1) {
      const wanted = received.length + messages
      socket.send(text)
      await expect.poll(() => received.length).toBeGreaterThanOrEqual(wanted)
      return received.slice(wanted - messages)
    },
  }
}

const ALICE = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const BOB = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'
const CAROL = '0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc'

const call = (id: number | string, method: string, ...params: unknown[]) =>
  `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${JSON.stringify(params)}}`

describe('numbers and subscriptions', () => {
  let server: Awaited<ReturnType<typeof serve>>
  beforeAll(async () => {
    server = await serve('--threads', '1')
  })
  afterAll(() => void server.child.kill())

  const post = async (body: string) => (await send(server.url, body)).text()
  const ask = async (method: string, ...params: unknown[]) =>
    JSON.parse(await post(call(1, method, ...params)))

  /** https://github.com/erpc/erpc/issues/851 */
  test.each([
    '9007199254740993',
    '18446744073709551615',
    '-9007199254740993',
    '1.50',
    '1e400',
    '"9007199254740993"',
    'null',
  ])('the id %s comes back as it is written', async (id) => {
    const answer = `{"jsonrpc":"2.0","id":${id},"result":"0x7a69"}`
    expect(await post(call(id, 'eth_chainId'))).toBe(answer)
    const { ask, socket } = await connect(server.url)
    expect(await ask(`[${call(id, 'eth_chainId')},${call(1, 'eth_chainId')}]`)).toEqual([
      `[${answer},{"jsonrpc":"2.0","id":1,"result":"0x7a69"}]`,
    ])
    socket.close()
  })

  /** https://github.com/trezor/trezor-suite/issues/26107 */
  test.each([
    ['9007199254740993', '0x20000000000001'],
    ['18446744073709551616', '0x10000000000000000'],
    ['100000000000000000001', '0x56bc75e2d63100001'],
  ])('the number %s as a parameter keeps its value', async (number, balance) => {
    await post(
      `{"jsonrpc":"2.0","id":1,"method":"anvil_setBalance","params":["${CAROL}",${number}]}`,
    )
    expect(await ask('eth_getBalance', CAROL, 'latest')).toMatchObject({ result: balance })
    const overrides = `{"${BOB}":{"balance":${number}}}`
    // Returns the balance of Bob.
    const to = `{"data":"0x73${BOB.slice(2)}315f5260205ff3"}`
    const params = `[${to},"latest",${overrides}]`
    const text = await post(`{"jsonrpc":"2.0","id":1,"method":"eth_call","params":${params}}`)
    expect(BigInt(JSON.parse(text).result)).toBe(BigInt(balance))
  })

  test.each(['1e21', '1.5', '-1', '100000000000000000000.5', `1${'0'.repeat(78)}`])(
    'the number %s is no balance',
    async (number) => {
      const params = `["${CAROL}",${number}]`
      const text = await post(
        `{"jsonrpc":"2.0","id":1,"method":"anvil_setBalance","params":${params}}`,
      )
      expect(JSON.parse(text)).toMatchObject({ error: { code: -32602 } })
    },
  )

  /** https://github.com/MetaMask/metamask-extension/issues/7881 */
  test.each([
    ['uint256', '9007199254740993'],
    ['uint256', '18446744073709551617'],
    ['uint256', `${2n ** 256n - 1n}`],
    ['int256', '-9007199254740993'],
    ['int256', '-18446744073709551617'],
    ['int128', '18446744073709551617'],
  ])('typed data is signed with the value of a number: %s %s', async (type, number) => {
    const data = (value: string) =>
      `{"types":{"EIP712Domain":[{"name":"name","type":"string"}],"T":[{"name":"a","type":"${type}[]"}]},` +
      `"primaryType":"T","domain":{"name":"D"},"message":{"a":[1,${value}]}}`
    const sign = async (param: string) => {
      const params = `["${ALICE}",${param}]`
      const request = `{"jsonrpc":"2.0","id":1,"method":"eth_signTypedData_v4","params":${params}}`
      return JSON.parse(await post(request)).result
    }
    const expected = await sign(data(`"${number}"`))
    expect(expected).toMatch(/^0x[\da-f]{130}$/)
    expect(await sign(data(number))).toBe(expected)
    expect(await sign(JSON.stringify(data(number)))).toBe(expected)
  })

  /** https://github.com/ethereum/go-ethereum/issues/2407 */
  test('the id of a subscription is sent before its notifications, also in a batch', async () => {
    const client = await connect(server.url)
    const batch = `[${call(1, 'eth_subscribe', 'newHeads')},${call(2, 'evm_mine')},${call(3, 'evm_mine')}]`
    const [answer, ...heads] = (await client.ask(batch, 3)).map((text) => JSON.parse(text))
    const id = answer[0].result
    expect(answer).toMatchObject([{ id: 1 }, { id: 2, result: '0x0' }, { id: 3 }])
    expect(heads.map(({ params }) => params.subscription)).toEqual([id, id])
    expect(Number(heads[1].params.result.number)).toBe(Number(heads[0].params.result.number) + 1)
    client.socket.close()
  })

  test('a subscription is ended by its own connection only, and with it', async () => {
    const [one, other] = [await connect(server.url), await connect(server.url)]
    const [answer] = await one.ask(call(1, 'eth_subscribe', 'newHeads'))
    const id = JSON.parse(answer ?? '').result
    const foreign = await other.ask(call(1, 'eth_unsubscribe', id))
    expect(foreign).toEqual(['{"jsonrpc":"2.0","id":1,"result":false}'])
    await ask('evm_mine')
    await expect.poll(() => one.received.length).toBe(2)
    expect(await one.ask(call(2, 'eth_unsubscribe', id))).toEqual([
      '{"jsonrpc":"2.0","id":2,"result":true}',
    ])
    // Neither those of a connection that has ended are left, nor those whose answer it has not seen.
    other.socket.send(call(2, 'eth_subscribe', 'newHeads'))
    other.socket.terminate()
    one.socket.close()
    await ask('evm_mine')
    expect(other.received).toEqual(foreign)
  })
})

const KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'

test('the accounts are printed, and their well-known keys', async () => {
  const server = await start('--threads', '1', '--accounts', '2')
  expect(server.stdout()).toBe(
    `accounts, with their well-known keys
(0)  0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266  10000 ETH
     ${KEY}
(1)  0x70997970C51812dc3A010C7d01b50e0d17dc79C8  10000 ETH
     0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d
listening on ${server.url} (HTTP, WebSocket)
`,
  )
  server.child.kill()
  await server.ended
})

test('the keys of other words are not printed', async () => {
  const words = `${'abandon '.repeat(11)}about`
  const server = await start('--threads', '1', '--accounts', '1', '--mnemonic', words)
  expect(server.stdout()).toBe(
    `accounts
(0)  0x9858EfFD232B4033E47d90003D41EC34EcaEda94  10000 ETH
listening on ${server.url} (HTTP, WebSocket)
`,
  )
  server.child.kill()
  await server.ended
})

test('--verbose logs requests, --host sets the address', async () => {
  const server = await serve('--threads', '1', '--verbose', '--host', '0.0.0.0')
  expect(server.url).toMatch(/^http:\/\/0\.0\.0\.0:\d+$/)
  const body = `[${call(1, 'eth_chainId')},${call(2, 'eth_moonPhase')}]`
  await send(server.url.replace('0.0.0.0', '127.0.0.1'), body)
  await expect.poll(server.stderr).toMatch(/^eth_chainId \d+\.\d ms$/m)
  expect(server.stderr()).toMatch(/^eth_moonPhase \d+\.\d ms, error -32601: /m)
  server.child.kill()
  await server.ended
})

test.each([[], ['--no-mining']])('--calls sends calls before it serves (%j)', async (...flags) => {
  const folder = await mkdtemp(join(tmpdir(), 'parevm-'))
  const file = join(folder, 'calls.json')
  // The first one deploys a contract that reverts.
  const calls = `[{"data":"0x635f5ffd005f526003601df3"},{"to":"${CAROL}","value":1000000000000000000001}]`
  await writeFile(file, `{"version":"2.0.0","from":"${BOB}","chainId":"0x7a69","calls":${calls}}`)
  const server = await serve('--threads', '1', '--calls', file, ...flags)
  const ask = async (method: string, ...params: unknown[]) => {
    const body = call(1, method, ...params)
    return (await (await send(server.url, body)).json()).result
  }
  expect(await ask('eth_getBalance', CAROL, 'latest')).toBe(
    `0x${(10n ** 22n + 10n ** 21n + 1n).toString(16)}`,
  )
  expect(await ask('eth_getTransactionCount', BOB, 'latest')).toBe('0x2')
  server.child.kill()
  await server.ended
})

test.each(['SIGINT', 'SIGTERM'] as const)('%s stops it gracefully', async (signal) => {
  const server = await serve('--threads', '1')
  const socket = new WebSocket(server.url.replace('http', 'ws'))
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await new Promise((resolve) => socket.once('open', resolve))
  server.child.kill(signal)
  expect(await closed).toBe(1001)
  expect(await server.ended).toBe(0)
})

test('an invalid command line ends with exit code 2 and a reason', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'parevm-'))
  const genesis = join(folder, 'genesis.json')
  await writeFile(genesis, '{"config":{"chainId":"x"}}')
  const failing = join(folder, 'failing.json')
  await writeFile(failing, `[{"to":"${CAROL}"},{"data":"0xfe"},{"to":"${CAROL}"}]`)
  const misspelt = join(folder, 'misspelt.json')
  await writeFile(misspelt, `[{"to":"${CAROL}","vallue":"0x1"}]`)
  const elsewhere = join(folder, 'elsewhere.json')
  await writeFile(elsewhere, `{"chainId":"0x1","calls":[{"to":"${CAROL}"}]}`)
  const wrong: [string[], RegExp][] = [
    [['--fork', 'http://127.0.0.1:1'], /--fork/],
    [['--genesis', genesis], /chain cannot be opened/],
    [['--genesis', join(folder, 'none')], /ENOENT/],
    [['--block-time', '1', '--no-mining'], /exclude/],
    [['--port', '70000'], /--port/],
    [['--allow-origin', 'app.example'], /--allow-origin takes an origin/],
    [['--allow-host', 'chain.example:1'], /--allow-host takes a name/],
    [['--token', 'a b'], /--token: a token has/],
    [['--token-file', join(folder, 'none')], /ENOENT/],
    [['--mnemonic-file', join(folder, 'none')], /ENOENT/],
    [['--mnemonic-file', genesis], /mnemonic is wrong/],
    [['--mnemonic-prompt'], /needs a terminal/],
    [['--host', 'no.such.host.invalid'], /no\.such\.host\.invalid, port 0/],
    [['--calls', join(folder, 'none')], /ENOENT/],
    [['--calls', genesis], /`calls` must be a list/],
    [['--calls', misspelt], /`calls\[0\]\.vallue`.*did you mean `value`/s],
    [['--calls', failing], /calls\[1\]/],
    [['--calls', elsewhere], /chainId: must be 0x7a69/],
  ]
  for (const [args, reason] of wrong) {
    const { ended, stderr } = await serve(...args)
    expect(await ended).toBe(2)
    expect(stderr()).toMatch(reason)
  }
})
