import { spawn } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'

const script = fileURLToPath(new URL('../../dist/js/bin/parevm.js', import.meta.url))

/** Starts the command; resolves when it serves or has ended. */
async function serve(...args: string[]) {
  const child = spawn(process.execPath, [script, 'serve', '--port', '0', '--json', ...args])
  let stdout = ''
  let stderr = ''
  child.stderr.on('data', (text) => {
    stderr += text
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (text) => {
      stdout += text
      if (stdout.includes('\n')) resolve()
    })
    void ended.then(() => resolve())
  })
  const ready = stdout === '' ? undefined : JSON.parse(stdout)
  return { child, ended, url: ready?.url as string, ready, stderr: () => stderr }
}

describe('over HTTP and WebSocket', () => {
  let server: Awaited<ReturnType<typeof serve>>
  beforeAll(async () => {
    server = await serve('--threads', '2', '--chain-id', '77')
  })
  afterAll(() => void server.child.kill())

  const post = (body: string) => fetch(server.url, { method: 'POST', body })
  const ask = async (body: unknown) => (await post(JSON.stringify(body))).json()

  test('it says where it listens: on loopback', () => {
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

  test('a batch is answered as one, without what is only told', async () => {
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

  test('a page of another origin may ask', async () => {
    const preflight = await fetch(server.url, { method: 'OPTIONS' })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*')
    expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type')
    expect((await fetch(server.url)).status).toBe(405)
  })

  test.each(['declared', 'streamed'])('a body above 30 MB is refused (%s)', async (kind) => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const length = 30 * 2 ** 20 + 1
      const headers = kind === 'declared' ? { 'content-length': length } : {}
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

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it cleanly', async (signal) => {
  const server = await serve('--threads', '1')
  const socket = new WebSocket(server.url.replace('http', 'ws'))
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await new Promise((resolve) => socket.once('open', resolve))
  server.child.kill(signal)
  expect(await closed).toBe(1001)
  expect(await server.ended).toBe(0)
})

test('what cannot be served ends with exit code 2 and a word on why', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'parevm-'))
  const genesis = join(folder, 'genesis.json')
  await writeFile(genesis, '{"config":{"chainId":"x"}}')
  const wrong: [string[], RegExp][] = [
    [['--fork', 'http://127.0.0.1:1'], /--fork/],
    [['--genesis', genesis], /chain cannot be opened/],
    [['--genesis', join(folder, 'none')], /ENOENT/],
    [['--block-time', '1', '--no-mining'], /exclude/],
    [['--port', '70000'], /--port/],
    [['--host', '0.0.0.0'], /--host/],
  ]
  for (const [args, reason] of wrong) {
    const { ended, stderr } = await serve(...args)
    expect(await ended).toBe(2)
    expect(stderr()).toMatch(reason)
  }
})
