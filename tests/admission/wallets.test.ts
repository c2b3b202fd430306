import { execFile, spawnSync } from 'node:child_process'
import { type OutgoingHttpHeaders, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { openChain } from './chain.js'

const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/148.0.0.0 Safari/537.36'
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const SAFARI =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Safari/605.1.15'

const METAMASK = 'chrome-extension://nkbihfbeogaeaoehlefnkodbefgpgknn'
const RABBY = 'chrome-extension://acmacodkjbdgmoleebolmdjonilkdbch'
const METAMASK_OF_FIREFOX = 'moz-extension://3ec9c3e0-5f4f-4245-82d0-2b41930ba46d'
const OF_SAFARI = 'safari-web-extension://2B8A4C8E-5B0E-4C62-A5D7-0D3F1A3F6C11'

/** Headers as browsers send them for a request by fetch from an extension, or for their own wallet. */
const wallets: [name: string, headers: OutgoingHttpHeaders][] = [
  // With host permissions, and without.
  ['MetaMask', { origin: METAMASK, 'user-agent': CHROME, 'sec-fetch-site': 'none' }],
  ['MetaMask', { origin: METAMASK, 'user-agent': CHROME, 'sec-fetch-site': 'cross-site' }],
  ['Rabby', { origin: RABBY, 'user-agent': CHROME, 'sec-fetch-storage-access': 'active' }],
  [
    'MetaMask of Firefox',
    { origin: METAMASK_OF_FIREFOX, 'user-agent': FIREFOX, 'sec-fetch-site': 'cross-site' },
  ],
  ['an extension of Safari', { origin: OF_SAFARI, 'user-agent': SAFARI }],
  ['the wallet of Brave', { 'user-agent': CHROME, 'sec-fetch-site': 'none' }],
  ['Frame, over HTTP', { 'user-agent': 'node-XMLHttpRequest', accept: '*/*' }],
  ['a client without headers of its own', {}],
]

let chain: openChain.ReturnType
beforeAll(async () => {
  chain = await openChain()
})
afterAll(() => chain?.close())

const CALL = '{"id":1,"jsonrpc":"2.0","method":"eth_chainId","params":[]}'
const ANSWER = '{"jsonrpc":"2.0","id":1,"result":"0x7a69"}'

function send(method: string, headers: OutgoingHttpHeaders, body?: string) {
  return new Promise<{ status: number | undefined; headers: OutgoingHttpHeaders; body: string }>(
    (resolve, reject) => {
      const sent = request(chain.url, { method, headers }, async (response) =>
        resolve({
          status: response.statusCode,
          headers: response.headers,
          body: await text(response),
        }),
      )
      sent.once('error', reject)
      sent.end(body)
    },
  )
}

test.each(wallets)('%s is answered over HTTP: %j', async (_name, own) => {
  const fetched = { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }
  const head = own['user-agent'] === undefined ? {} : fetched
  const type = { accept: 'application/json', 'content-type': 'application/json' }
  const { status, headers, body } = await send('POST', { ...type, ...head, ...own }, CALL)
  expect({ status, body }).toEqual({ status: 200, body: ANSWER })
  // A browser keeps the answer from an extension without permissions where it is not named.
  expect(headers['access-control-allow-origin']).toBe(own.origin)
})

test.each(wallets)('%s is answered over a WebSocket: %j', async (_name, own) => {
  const { origin, 'sec-fetch-site': _site, ...headers } = own
  const options = {
    headers: headers as Record<string, string>,
    ...(typeof origin === 'string' ? { origin } : {}),
  }
  const socket = new WebSocket(chain.url.replace('http', 'ws'), options)
  const answer = new Promise((resolve, reject) => {
    socket.once('open', () => socket.send(CALL))
    socket.once('message', (data) => resolve(String(data)))
    socket.once('error', reject)
  })
  expect(await answer).toBe(ANSWER)
  socket.terminate()
})

test.each([METAMASK, RABBY, METAMASK_OF_FIREFOX, OF_SAFARI])(
  'a preflight of %s is answered',
  async (origin) => {
    const { status, headers } = await send('OPTIONS', {
      origin,
      accept: '*/*',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
      'sec-fetch-mode': 'cors',
      'sec-fetch-site': 'cross-site',
    })
    expect(status).toBe(204)
    expect(headers['access-control-allow-origin']).toBe(origin)
    expect(headers['access-control-allow-methods']).toContain('POST')
    expect(headers['access-control-allow-headers']).toContain('content-type')
  },
)

const hasCurl = spawnSync('curl', ['--version']).status === 0
test.skipIf(!hasCurl)('curl is answered under the names of this machine', async () => {
  const { port } = chain
  for (const host of ['127.0.0.1', 'localhost']) {
    const type = ['-H', 'content-type: application/json']
    const url = `http://${host}:${port}`
    const { stdout } = await promisify(execFile)('curl', ['-sS', ...type, '-d', CALL, url])
    expect(stdout).toBe(ANSWER)
  }
})
