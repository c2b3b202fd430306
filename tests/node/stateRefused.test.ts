import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { chmod, copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeState } from '../../dist/js/bin/serve/state/file.js'
import { end, script } from './server.js'
import { ALICE, BOB, newFile, newFolder, refusal, serve } from './stateServer.js'

describe('a file that is none is refused and left as it is', () => {
  const cases: [string, (whole: Buffer) => Buffer, string][] = [
    ['empty', () => Buffer.alloc(0), 'is empty'],
    ['text', () => Buffer.from('{"accounts":{}}'), 'is not a state file of parevm serve'],
    [
      'of another format',
      (whole) => Buffer.from(whole.toString('latin1').replace('state 1', 'state 2'), 'latin1'),
      'has format 2, this version reads 1',
    ],
    ['its first line, cut', (whole) => whole.subarray(0, 50), 'is damaged'],
    ['its first line', (whole) => whole.subarray(0, 97), 'is damaged'],
    ['half of it', (whole) => whole.subarray(0, whole.length >> 1), 'is damaged'],
    ['without its last byte', (whole) => whole.subarray(0, -1), 'is damaged'],
    ['with one byte more', (whole) => Buffer.concat([whole, Buffer.from([0])]), 'is damaged'],
    [
      'with its beginning in zeros',
      (whole) => Buffer.concat([Buffer.alloc(97), whole.subarray(97)]),
      'is not a state file',
    ],
    ...[20, 60, 110, 400].map((at): (typeof cases)[number] => [
      `with another bit at ${at}`,
      (whole) => {
        const copy = Buffer.from(whole)
        copy[at] = (copy[at] ?? 0) ^ 1
        return copy
      },
      'is damaged',
    ]),
  ]
  test.each(cases)('%s', async (_, change, words) => {
    const file = await newFile()
    const head = { parevm: '0.1.0', savedAt: '2026-12-01T10:00:00.000Z', beginning: {} }
    await writeState(file, { head, chain: new Uint8Array(1_000).fill(7) })
    const bytes = change(await readFile(file))
    await writeFile(file, bytes)
    const { code, stderr } = await refusal('--state', file)
    expect(stderr).toContain(`--state: ${file} ${words}`)
    expect(code).toBe(2)
    expect((await readFile(file)).equals(bytes)).toBe(true)
    expect(readdirSync(join(file, '..'))).toEqual(['chain'])
  })

  test('folders, pipes and names that lead nowhere', async () => {
    const folder = await newFolder()
    expect(await refusal('--state', folder)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is not a file'),
    })
    const pipe = join(folder, 'pipe')
    await once(spawn('mkfifo', [pipe]), 'close')
    expect(await refusal('--state', pipe)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is not a file'),
    })
    const missing = join(folder, 'missing', 'chain')
    expect(await refusal('--state', missing)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/cannot be reached: ENOENT/),
    })
    expect(await refusal('--state', '/proc/chain')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('/proc cannot be written'),
    })
    expect(await refusal('--state-interval', '5')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--state-interval needs --state'),
    })
    for (const seconds of ['0', '86401', '1.5'])
      expect(
        await refusal('--state', join(folder, 'a'), '--state-interval', seconds),
      ).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('--state-interval takes whole numbers from 1 to 86400'),
      })
  })
})

test('options that contradict a chain are named; those that fit it are not', async () => {
  const folder = await newFolder()
  const file = join(folder, 'chain')
  const calls = join(folder, 'calls.json')
  await writeFile(calls, JSON.stringify([{ to: BOB, value: '0x5' }]))
  const words = 'test test test test test test test test test test test junk'
  const options = ['--chain-id', '7', '--accounts', '3', '--block-time', '100', '--calls', calls]
  const first = await serve(['--state', file, ...options])
  await end(first)
  // The calls are part of the chain, and are not sent again.
  const again = await serve(['--state', file, ...options, '--mnemonic', words])
  expect(await again.ask('eth_getTransactionCount', ALICE, 'latest')).toMatchObject({
    result: '0x1',
  })
  await end(again)

  await writeFile(calls, JSON.stringify([{ to: BOB, value: '0x6' }]))
  for (const [given, message] of [
    [['--chain-id', '8'], '--chain-id 8: the chain in FILE began with --chain-id 7'],
    [['--accounts', '4'], '--accounts 4: the chain in FILE began with --accounts 3'],
    [['--block-time', '5'], '--block-time 5: the chain in FILE began with --block-time 100'],
    [['--no-mining'], '--no-mining: the chain in FILE began without --no-mining'],
    [['--calls', calls], '--calls: the chain in FILE began with another --calls'],
    [
      ['--mnemonic', `${'abandon '.repeat(11)}about`],
      '--mnemonic: the chain in FILE began with another --mnemonic',
    ],
  ] as const) {
    const { code, stderr } = await refusal('--state', file, ...given)
    expect(stderr).toContain(message.replace('FILE', file))
    expect(code).toBe(2)
  }
})

test('a file that cannot be written is noticed before it serves', async () => {
  const file = await newFile()
  const child = spawn('sh', [
    '-c',
    'ulimit -f 1; exec "$@"',
    'sh',
    process.execPath,
    script,
    'serve',
    '--port',
    '0',
    '--threads',
    '1',
    '--state',
    file,
  ])
  let stderr = ''
  child.stderr.on('data', (text) => {
    stderr += text
  })
  const [code] = await once(child, 'close')
  expect(stderr).toContain(`--state: ${file} cannot be written: EFBIG`)
  expect(code).toBe(2)
  expect(existsSync(file)).toBe(false)
})

test('a file that its owner made unreadable is named', async () => {
  const file = await newFile()
  await end(await serve(['--state', file]))
  await copyFile(file, `${file}-copy`)
  await chmod(file, 0o000)
  // Root reads it all the same.
  if (process.getuid?.() === 0) return
  expect(await refusal('--state', file)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('cannot be read: EACCES'),
  })
})
