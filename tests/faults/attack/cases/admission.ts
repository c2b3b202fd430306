import type { Case, Ground } from '../case.js'
import { call, openSocket, post, sendRaw, wordOf } from '../client.js'
import { startTarget } from '../target.js'

const ASK = call('eth_accounts')

/** Origins that are not this machine, some of which look like it. */
const FOREIGN = [
  'https://evil.example',
  'http://evil.example:8545',
  'null',
  'http://localhost.evil.example',
  'http://127.0.0.1.evil.example',
  'http://localhost@evil.example',
  'http://evil.example#localhost',
  'http://evil.example/localhost',
  'http://127.0.0.1:80@evil.example',
  'http://xlocalhost',
  'http://localhost.',
  'http://[::1].evil.example',
  'http://0x7f000001.evil.example',
  'file://',
  'data:text/html,x',
  'localhost',
  '*',
  '',
  'javascript://localhost',
  'xchrome-extension://abcdefghijklmnop',
  'chrome-extension.evil.example',
  'http://127.0.0.1, https://evil.example',
]

/** Origins of wallets and of pages on this machine. */
const FRIENDLY = [
  'http://localhost',
  'http://localhost:3000',
  'https://localhost:5173',
  'http://127.0.0.1:8080',
  'http://[::1]:3000',
  'chrome-extension://nkbihfbeogaeaoehlefnkodbefgpgknn',
  'moz-extension://12345678-1234-4234-8234-123456789abc',
  'safari-web-extension://12345678-1234-4234-8234-123456789ABC',
]

const FOREIGN_HOSTS = [
  'evil.example',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  '0.0.0.0',
  'localhost@evil.example',
]

/** What a page may send without being asked beforehand, by form or fetch. */
const SIMPLE_TYPES = [
  'text/plain',
  'text/plain;charset=UTF-8',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'text/plain; application/json',
  'application/jsonx',
  'text/json',
  undefined,
]

async function each<T>(items: readonly T[], send: (item: T) => Promise<string>): Promise<string[]> {
  return Promise.all(items.map(send))
}

async function socketWord(url: string, headers: Record<string, string>): Promise<string> {
  const opened = await openSocket(url, headers)
  if (typeof opened === 'number') return opened === 0 ? 'closed' : String(opened)
  opened.terminate()
  return 'open'
}

/** Rule 1: who may command the server. */
export const admission: readonly Case[] = [
  {
    name: 'foreign origin',
    rule: 1,
    input: `POST of ${FOREIGN.length} origins that are not this machine`,
    bound: 'Origin is loopback, an extension or allowed by --allow-origin',
    expected: ['403', '400'],
    attack: ({ url }) =>
      each(FOREIGN, async (origin) => wordOf(await post(url, ASK, { headers: { origin } }))),
  },
  {
    name: 'foreign origin, simple request',
    rule: 1,
    input: 'what fetch with no-cors or a form sends without preflight',
    bound: 'Origin, content type',
    expected: ['403', '415', '-32600'],
    attack: ({ url }) =>
      each(SIMPLE_TYPES, async (type) => {
        const headers = { origin: 'https://evil.example', 'content-type': type }
        return wordOf(await post(url, ASK, { headers }))
      }),
  },
  {
    name: 'content types',
    rule: 1,
    input: 'content types other than application/json, without an Origin',
    bound: 'content type',
    expected: ['415', '-32600'],
    attack: ({ url }) =>
      each(SIMPLE_TYPES, async (type) =>
        wordOf(await post(url, ASK, { headers: { origin: undefined, 'content-type': type } })),
      ),
  },
  {
    name: 'rebinding',
    rule: 1,
    input: 'names of others in Host, as after DNS rebinding',
    bound: 'Host is localhost, 127.0.0.1, [::1] or a name of --host',
    expected: ['403', '421', '400'],
    attack: ({ url, port }) =>
      each(FOREIGN_HOSTS, async (name) =>
        wordOf(await post(url, ASK, { headers: { origin: undefined, host: `${name}:${port}` } })),
      ),
  },
  {
    name: 'two hosts, two origins',
    rule: 1,
    input: 'Host or Origin twice, or absent in HTTP/1.0',
    bound: 'each counts once',
    expected: ['403', '421', '400'],
    attack: ({ port }: Ground) => {
      const body = `content-type: application/json\r\ncontent-length: ${ASK.length}\r\n\r\n${ASK}`
      const own = `host: 127.0.0.1:${port}\r\n`
      return each(
        [
          `POST / HTTP/1.1\r\n${own}host: evil.example\r\n${body}`,
          `POST / HTTP/1.1\r\nhost: evil.example\r\n${own}${body}`,
          `POST / HTTP/1.1\r\n${own}origin: http://localhost\r\norigin: https://evil.example\r\n${body}`,
          `POST / HTTP/1.1\r\n${own}origin: https://evil.example\r\norigin: http://localhost\r\n${body}`,
          `POST / HTTP/1.1\r\n${body}`,
          `POST http://evil.example/ HTTP/1.1\r\nhost: evil.example\r\n${body}`,
        ],
        async (text) => {
          const { status, closed } = await sendRaw(port, [text])
          return status === 0 && closed ? '400' : String(status)
        },
      )
    },
  },
  {
    name: 'foreign WebSocket',
    rule: 1,
    input: 'WebSockets of other origins and of other hosts',
    bound: 'as for HTTP',
    expected: ['403', '421', '400'],
    attack: async ({ url, port }) => [
      ...(await each(FOREIGN.slice(0, -1), (origin) => socketWord(url, { origin }))),
      ...(await each(FOREIGN_HOSTS, (name) => socketWord(url, { host: `${name}:${port}` }))),
    ],
  },
  {
    name: 'preflight of a foreign origin',
    rule: 1,
    input: 'OPTIONS with the Origin of another machine',
    bound: 'CORS headers only for allowed origins',
    expected: ['no CORS'],
    attack: ({ url }) =>
      each(FOREIGN, async (origin) => {
        const asks = {
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type',
        }
        const { headers } = await post(url, '', { method: 'OPTIONS', headers: { origin, ...asks } })
        const allowed = headers['access-control-allow-origin']
        return allowed === undefined ? 'no CORS' : `CORS for ${allowed}`
      }),
  },
  {
    name: 'other paths and methods',
    rule: 1,
    input: 'GET, PUT, DELETE, TRACE; paths other than /',
    bound: '404 and 405',
    expected: ['404', '405', '400', '403', '501'],
    attack: async ({ url }) => [
      ...(await each(['/rpc', '/favicon.ico', '/..', '//', '/%00'], async (path) =>
        wordOf(await post(url, ASK, { path })),
      )),
      ...(await each(['GET', 'PUT', 'DELETE', 'TRACE', 'HEAD', 'PATCH'], async (method) =>
        wordOf(await post(url, '', { method })),
      )),
    ],
  },
  {
    name: 'event source',
    rule: 1,
    input: 'GET of an EventSource and of an iframe of another origin',
    bound: 'nothing is served by GET',
    expected: ['400', '403', '404', '405'],
    attack: ({ url }) =>
      each(['text/event-stream', 'text/html'], async (accept) =>
        wordOf(
          await post(url, '', {
            method: 'GET',
            headers: { accept, origin: 'https://evil.example' },
          }),
        ),
      ),
  },
  {
    name: 'wallets and pages on this machine',
    rule: 1,
    input: 'origins of extensions and of loopback, and none',
    bound: 'are served without an option',
    expected: ['result'],
    attack: async ({ url, port }) => [
      ...(await each(FRIENDLY, async (origin) =>
        wordOf(await post(url, ASK, { headers: { origin } })),
      )),
      ...(await each(['127.0.0.1', 'localhost', '[::1]'], async (name) =>
        wordOf(await post(url, ASK, { headers: { origin: undefined, host: `${name}:${port}` } })),
      )),
      wordOf(
        await post(url, ASK, {
          headers: { origin: undefined, 'content-type': 'application/json; charset=utf-8' },
        }),
      ),
    ],
  },
  {
    name: 'signing for a page',
    rule: 1,
    input: 'signatures asked for by a page on loopback and by an extension, of words of the user',
    bound: 'no signing with such words for requests with an Origin; no typed data of other chains',
    expected: ['refused', '4100'],
    isApart: true,
    onlyParevm: true,
    async attack() {
      const words = `${'abandon '.repeat(11)}about`
      const target = await startTarget({ args: ['--threads', '1', '--mnemonic', words] })
      try {
        const account = '0x9858effd232b4033e47d90003d41ec34ecaeda94'
        const permit = typedData(1)
        const asks = [
          call('eth_sign', [account, '0x1234']),
          call('personal_sign', ['0x1234', account]),
          call('eth_signTypedData_v4', [account, permit]),
          call('eth_signTransaction', [
            { from: account, to: account, gas: '0x5208', gasPrice: '0x77359400', nonce: '0x0' },
          ]),
          call('eth_sendTransaction', [{ from: account, to: account, value: '0x0' }]),
        ]
        const ends = await each(
          FRIENDLY.slice(0, 6).flatMap((origin) => asks.map((text) => ({ origin, text }))),
          async ({ origin, text }) => wordOf(await post(target.url, text, { headers: { origin } })),
        )
        ends.push(
          wordOf(
            await post(target.url, call('eth_signTypedData_v4', [account, permit]), {
              headers: { origin: undefined },
            }),
          ),
        )
        return ends
      } finally {
        await target.stop()
      }
    },
  },
  {
    name: 'origin that the user allows',
    rule: 1,
    input: 'a page of an allowed origin beside one that resembles it',
    bound: '--allow-origin names whole origins',
    expected: ['result', '403'],
    needed: ['result'],
    isApart: true,
    onlyParevm: true,
    async attack() {
      const args = ['--threads', '1', '--allow-origin', 'https://app.example']
      const target = await startTarget({ args })
      const ends = (origin: string) => post(target.url, ASK, { headers: { origin } })
      try {
        const allowed = await ends('https://app.example')
        const cors = allowed.headers['access-control-allow-origin']
        const others = [
          'https://app.example.evil.example',
          'http://app.example',
          'https://app.example:444',
          'https://xapp.example',
        ]
        return [
          cors === 'https://app.example' ? wordOf(allowed) : `CORS for ${cors}`,
          ...(await each(others, async (origin) => {
            const word = wordOf(await ends(origin))
            return word === 'result' ? `${origin} was let in` : word
          })),
        ]
      } finally {
        await target.stop()
      }
    },
  },
  {
    name: 'token',
    rule: 1,
    input: 'requests without the token, with a part of it and with another one',
    bound: '--token',
    expected: ['401', '403', 'result'],
    needed: ['result'],
    isApart: true,
    onlyParevm: true,
    async attack() {
      const token = '0123456789abcdef0123456789abcdef'
      const target = await startTarget({ args: ['--threads', '1', '--token', token] })
      const wrong = [
        undefined,
        '',
        'Bearer',
        'Bearer ',
        `Bearer ${token.slice(1)}`,
        `Bearer ${token}x`,
        `Basic ${token}`,
      ]
      const ends = (authorization: string | undefined) =>
        post(target.url, ASK, { headers: { origin: undefined, authorization } })
      try {
        return [
          wordOf(await ends(`Bearer ${token}`)),
          ...(await each(wrong, async (authorization) => {
            const word = wordOf(await ends(authorization))
            return word === 'result' ? 'let in' : word
          })),
          await socketWord(target.url, {}),
        ]
      } finally {
        await target.stop()
      }
    },
  },
]

/** Returns a permit for the contract of a chain. */
function typedData(chainId: number) {
  const fields = (text: string) =>
    text.split(', ').map((field) => ({ type: field.split(' ')[0], name: field.split(' ')[1] }))
  return {
    types: {
      EIP712Domain: fields(
        'string name, string version, uint256 chainId, address verifyingContract',
      ),
      Permit: fields(
        'address owner, address spender, uint256 value, uint256 nonce, uint256 deadline',
      ),
    },
    primaryType: 'Permit',
    domain: { name: 'USD Coin', version: '2', chainId, verifyingContract: `0x${'a0'.repeat(20)}` },
    message: {
      owner: `0x${'11'.repeat(20)}`,
      spender: `0x${'22'.repeat(20)}`,
      value: '1',
      nonce: '0',
      deadline: '9999999999',
    },
  }
}
