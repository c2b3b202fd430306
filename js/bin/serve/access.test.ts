import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { accessOf } from './access.js'

const access = (values: Partial<accessOf.Values>, environment: NodeJS.ProcessEnv = {}) =>
  accessOf({ host: '127.0.0.1', ...values }, environment)

test('without options loopback and extensions are admitted, and nothing is warned of', async () => {
  expect(await access({})).toEqual({
    rules: {
      origins: new Set(),
      hosts: new Set(['127.0.0.1']),
      addresses: false,
      token: undefined,
    },
    warnings: [],
  })
})

test.each([
  ['https://app.example', 'https://app.example'],
  ['https://app.example/', 'https://app.example'],
  ['HTTPS://App.Example:443', 'https://app.example'],
  ['http://app.example:8080', 'http://app.example:8080'],
  ['https://bücher.example', 'https://xn--bcher-kva.example'],
  ['http://[2001:DB8:0::1]:80', 'http://[2001:db8::1]'],
  ['tauri://localhost', 'tauri://localhost'],
  ['null', 'null'],
  ['*', '*'],
])('--allow-origin %s admits %s', async (given, origin) => {
  const { rules } = await access({ 'allow-origin': [given, 'https://other.example'] })
  expect(rules.origins).toEqual(new Set([origin, 'https://other.example']))
})

test.each([
  'app.example',
  'https://',
  'https://app.example/path',
  'https://app.example?a',
  'https://app.example/?',
  'https://app.example#',
  'https://user@app.example',
  'https://app.example.',
  'https://*.app.example',
  'https://app.example, https://other.example',
  '',
])('--allow-origin %j is no origin', async (origin) => {
  await expect(access({ 'allow-origin': [origin] })).rejects.toThrow(
    `--allow-origin takes an origin such as https://app.example or http://app.example:8080, null or *, not ${JSON.stringify(origin)}`,
  )
})

test('rules that admit every page cause a warning', async () => {
  const { warnings } = await access({ 'allow-origin': ['*', 'null', 'https://app.example'] })
  expect(warnings).toEqual([
    '--allow-origin *: any page that a browser opens can send requests',
    '--allow-origin null: any page that a browser opens can send requests',
  ])
})

test.each([
  ['localhost', 'localhost', true],
  ['127.0.0.2', '127.0.0.2', true],
  ['::1', '[::1]', true],
  ['0.0.0.0', '0.0.0.0', false],
  ['::', '[::]', false],
  ['fe80::1%eth0', '[fe80::1]', false],
  ['192.168.1.2', '192.168.1.2', false],
  ['Chain.Example', 'chain.example', false],
])('--host %s is the name %s', async (host, name, isLocal) => {
  const { rules, warnings } = await access({ host })
  expect(rules).toMatchObject({ hosts: new Set([name]), addresses: !isLocal })
  const warning = `--host ${host}: every machine that reaches this one can send requests; set a token (--token-file)`
  expect(warnings).toEqual(isLocal ? [] : [warning])
  expect((await access({ host }, { PAREVM_TOKEN: 'secret' })).warnings).toEqual([])
})

test('--allow-host takes names and addresses', async () => {
  const { rules } = await access({ 'allow-host': ['Chain.Example', '2001:DB8::0:1', '[::2]'] })
  expect(rules.hosts).toEqual(new Set(['127.0.0.1', 'chain.example', '[2001:db8::1]', '[::2]']))
  for (const host of ['chain.example:8545', 'http://chain.example', '*', 'a b', 'chain.'])
    await expect(access({ 'allow-host': [host] })).rejects.toThrow(
      `--allow-host takes a name or an address without a port, not ${JSON.stringify(host)}`,
    )
})

test('a token comes from a file, the environment or the command line, which warns', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'parevm-')), 'token')
  await writeFile(file, 'from-a-file\n')
  const environment = { PAREVM_TOKEN: 'from-the-environment' }
  expect(await access({ 'token-file': file }, environment)).toMatchObject({
    rules: { token: 'from-a-file' },
    warnings: [],
  })
  expect(await access({}, environment)).toMatchObject({
    rules: { token: 'from-the-environment' },
    warnings: [],
  })
  expect(await access({ token: 'from-the-command-line' }, environment)).toMatchObject({
    rules: { token: 'from-the-command-line' },
    warnings: [
      '--token: other users of this machine can read it; use --token-file or PAREVM_TOKEN',
    ],
  })
  await expect(access({ token: 'a', 'token-file': file })).rejects.toThrow('exclude each other')
})

test('a token that a header cannot hold is refused, an empty one too', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'parevm-')), 'token')
  await writeFile(file, '\n')
  const longest = 'a'.repeat(1_024)
  expect((await access({ token: longest })).rules.token).toBe(longest)
  for (const [source, given] of [
    ['--token', access({ token: 'a b' })],
    ['--token', access({ token: 'é' })],
    ['--token', access({ token: 'a'.repeat(1_025) })],
    ['PAREVM_TOKEN', access({}, { PAREVM_TOKEN: '' })],
    [file, access({ 'token-file': file })],
  ] as const)
    await expect(given).rejects.toThrow(
      `${source}: a token has 1 to 1024 characters of ASCII, and no spaces`,
    )
})
