import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, statSync } from 'node:fs'
import { mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { readState } from '../../dist/js/bin/serve/state/file.js'
import { end, script } from './server.js'
import {
  ALICE,
  BOB,
  hashOf,
  headOf,
  newFile,
  newFolder,
  pay,
  refusal,
  serve,
} from './stateServer.js'

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s saves the chain, which another server resumes',
  async (signal) => {
    const file = await newFile()
    const first = await serve(['--state', file, '--chain-id', '77'])
    await pay(first, '0x5')
    await first.ask('anvil_setCode', BOB, '0x6001')
    await first.ask('evm_snapshot')
    const hash = await hashOf(first, 1)
    const { code, ms } = await end(first, signal)
    expect({ code, isInTime: ms < 2_000 }).toEqual({ code: 0, isInTime: true })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(join(file, '..'))).toEqual(['chain'])

    // The same command line again, and one without what the chain has already.
    for (const options of [['--chain-id', '77'], []]) {
      const again = await serve(['--state', file, ...options])
      expect(again.stderr()).toContain('resumes the chain of')
      expect(await again.ask('eth_chainId')).toMatchObject({ result: '0x4d' })
      expect(await hashOf(again, 1)).toBe(hash)
      expect(await again.ask('eth_getCode', BOB, 'latest')).toMatchObject({ result: '0x6001' })
      expect(await end(again)).toMatchObject({ code: 0 })
    }
  },
)

test('SIGHUP saves at once; without a terminal the server continues', async () => {
  const file = await newFile()
  const server = await serve(['--state', file])
  await pay(server)
  const before = await readFile(file)
  server.child.kill('SIGHUP')
  await expect.poll(async () => (await readFile(file)).equals(before)).toBe(false)
  expect(await headOf(server)).toBe(1)
  server.child.kill('SIGKILL')
  await server.ended
  expect(await headOf(await serve(['--state', file]))).toBe(1)
})

test('a chain is saved every so often, if it has changed', async () => {
  const file = await newFile()
  const server = await serve(['--state', file, '--state-interval', '1'])
  const { mtimeMs } = statSync(file)
  await server.ask('eth_blockNumber')
  await sleep(2_500)
  expect(statSync(file).mtimeMs).toBe(mtimeMs)
  await pay(server)
  await expect.poll(() => statSync(file).mtimeMs, { timeout: 2_000 }).toBeGreaterThan(mtimeMs)
})

test('a killed server loses no more than its interval, and never the file', {
  timeout: 300_000,
}, async () => {
  const file = await newFile()
  /** Hashes of blocks by their number, as clients have seen them, and when. */
  let seen: { hash: unknown; ms: number }[] = []
  for (let turn = 0; turn < 6; turn += 1) {
    const server = await serve(['--state', file, '--state-interval', '1'])
    const found = await headOf(server)
    // What was opened is a beginning of what clients saw, without at most its last second and the time of
    // a save, which on a busy machine is another one or two.
    if (found > 0) expect(await hashOf(server, found)).toBe(seen[found]?.hash)
    const lost = seen.slice(found + 1)
    const last = seen.at(-1)?.ms ?? 0
    for (const { ms } of lost) expect(last - ms).toBeLessThan(3_000)
    seen = seen.slice(0, found + 1)

    let isOver = false
    const clients = (async () => {
      while (!isOver) {
        const answer = await pay(server).catch(() => undefined)
        if (answer === undefined) return
        const number = await headOf(server).catch(() => undefined)
        const hash = number && (await hashOf(server, number).catch(() => undefined))
        if (number !== undefined && hash !== undefined)
          seen[number] = { hash, ms: performance.now() }
      }
    })()
    await sleep(1_200 + 300 * turn + Math.random() * 300)
    server.child.kill('SIGKILL')
    await server.ended
    isOver = true
    await clients
  }
  expect(seen.length).toBeGreaterThan(20)
})

test('a writer that is killed at any moment leaves a whole file', {
  timeout: 300_000,
}, async () => {
  const file = await newFile()
  const module = pathToFileURL(join(script, '../serve/state/file.js')).href
  const head = { parevm: '0.1.0', savedAt: '2026-12-01T10:00:00.000Z', beginning: {} }
  const code = `
    import { writeState } from ${JSON.stringify(module)}
    for (let turn = 1; ; turn += 1) {
      const chain = new Uint8Array(6_000_000 + turn).fill(turn)
      await writeState(${JSON.stringify(file)}, { head: ${JSON.stringify(head)}, chain })
      if (turn === 1) console.log('started')
    }`
  for (let turn = 0; turn < 15; turn += 1) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', code])
    await once(child.stdout, 'data')
    await sleep(Math.random() * 300)
    child.kill('SIGKILL')
    await once(child, 'close')
    const state = await readState(file)
    const { chain } = state ?? { chain: new Uint8Array() }
    const number = chain.length - 6_000_000
    expect(number).toBeGreaterThan(0)
    expect(chain.every((byte) => byte === number % 256)).toBe(true)
  }
  // What the writers have left beside it goes with the next server, which refuses this chain.
  expect(readdirSync(join(file, '..')).length).toBeGreaterThan(1)
  const { code: exit, stderr } = await refusal('--state', file)
  expect(exit).toBe(2)
  expect(stderr).toContain(`${file}, written by parevm 0.1.0, cannot be opened: `)
  expect(readdirSync(join(file, '..'))).toEqual(['chain'])
})

test('keys are printed of no accounts but those of the chain', async () => {
  const file = await newFile()
  const words = `${'abandon '.repeat(11)}about`
  await end(await serve(['--state', file, '--mnemonic', words]))
  const child = spawn(process.execPath, [
    script,
    'serve',
    '--port',
    '0',
    '--threads',
    '1',
    '--state',
    file,
  ])
  let stdout = ''
  child.stdout.on('data', (text) => {
    stdout += text
  })
  await expect.poll(() => stdout, { timeout: 20_000 }).toContain('listening')
  child.kill()
  expect(stdout).toContain('0x9858EfFD232B4033E47d90003D41EC34EcaEda94')
  expect(stdout).not.toContain('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80')
})

test('one server locks a file, under any name; the lock of a killed one is stale', async () => {
  const folder = await newFolder()
  const file = join(folder, 'chain')
  await symlink('chain', join(folder, 'link'))
  // A link to a file that is not there yet is a name of it, too.
  const server = await serve(['--state', join(folder, 'link')])
  expect(readdirSync(folder).filter((name) => !name.includes('lock'))).toEqual(['chain', 'link'])
  for (const name of [file, join(folder, 'link'), `${folder}/../${basename(folder)}/./chain`]) {
    const { code, stderr } = await refusal('--state', name)
    expect(stderr).toContain(`${file} is in use by process ${server.child.pid}`)
    expect(code).toBe(2)
  }
  await pay(server)
  server.child.kill('SIGKILL')
  await server.ended
  expect(readdirSync(folder).some((name) => name.includes('.lock-'))).toBe(true)

  // The number of a process that runs, and that started at another time.
  await writeFile(join(folder, `chain.lock-${process.pid}-1`), '')
  const next = await serve(['--state', join(folder, 'link')])
  expect(await next.ask('eth_chainId')).toMatchObject({ result: '0x7a69' })
  await end(next)
  expect(readdirSync(folder).toSorted()).toEqual(['chain', 'link'])
  expect(statSync(join(folder, 'link')).isFile()).toBe(true)
})

test('of servers that start at the same moment no two have a file', async () => {
  const file = await newFile()
  const results = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const child = spawn(process.execPath, [
        script,
        'serve',
        '--port',
        '0',
        '--threads',
        '1',
        '--json',
        '--state',
        file,
      ])
      const ready = once(child.stdout, 'data').then(() => 'serves')
      const result = await Promise.race([ready, once(child, 'exit').then(([code]) => code)])
      return { child, result }
    }),
  )
  expect(results.filter(({ result }) => result === 'serves').length).toBeLessThanOrEqual(1)
  for (const { child } of results) child.kill('SIGKILL')
  expect(results.map(({ result }) => result)).toEqual(
    results.map(() => expect.toBeOneOf(['serves', 2])),
  )
})

test('a missing folder is reported once; the server continues, and saves when it is back', async () => {
  const folder = await newFolder()
  const inner = join(folder, 'inner')
  await mkdir(inner)
  const server = await serve(['--state', join(inner, 'chain'), '--state-interval', '1'])
  await rename(inner, join(folder, 'away'))
  await pay(server)
  await sleep(3_500)
  expect(server.stderr().match(/could not be saved/g)).toHaveLength(1)
  expect(await headOf(server)).toBe(1)
  await rename(join(folder, 'away'), inner)
  await expect.poll(server.stderr, { timeout: 5_000 }).toContain('is saved again')
  await pay(server)
  await rename(inner, join(folder, 'away'))
  const { code, ms } = await end(server)
  expect(code).toBe(1)
  expect(ms).toBeLessThan(2_000)
  expect(server.stderr()).toMatch(/the chain was not saved: .* holds it as it was \d+ s ago/)
})

/** As on a full disk: the system refuses the bytes above a limit. */
test('a file that may not grow keeps its last chain', async () => {
  const file = await newFile()
  // In blocks of 512 bytes.
  const server = await serve(['--state', file, '--state-interval', '1'], 'ulimit -f 60; exec "$@"')
  await pay(server)
  await expect.poll(async () => (await readState(file))?.chain.length).toBeGreaterThan(1_500)
  const kept = await readFile(file)
  await server.ask('anvil_setCode', BOB, `0x${'5b'.repeat(24_000)}`)
  await server.ask('anvil_setCode', ALICE, `0x${'00'.repeat(24_000)}`)
  await expect.poll(server.stderr, { timeout: 5_000 }).toMatch(/could not be saved.*EFBIG/)
  expect(await headOf(server)).toBe(1)
  expect(await end(server)).toMatchObject({ code: 1 })
  expect((await readFile(file)).equals(kept)).toBe(true)
  expect(readdirSync(join(file, '..'))).toEqual(['chain'])
})

test.each(['1', '2'])('SIGTERM under load saves within 2 s (--threads %s)', async (threads) => {
  const file = await newFile()
  const server = await serve(['--state', file, '--threads', threads])
  const loop = '0x1111111111111111111111111111111111111111'
  await server.ask('anvil_setCode', loop, '0x5b5f56')
  await pay(server)
  const ends = Array.from({ length: 4 }, () =>
    server.ask('eth_call', { to: loop, gas: '0x2faf080' }, 'latest').catch(() => 'cut off'),
  )
  await sleep(100)
  const { code, ms } = await end(server)
  expect(ms).toBeLessThan(2_000)
  await Promise.all(ends)
  const found = await headOf(await serve(['--state', file]))
  // One thread cannot be interrupted. Where the machine is too slow to replace it in time, that is said.
  if (threads === '1' && code === 1) expect(server.stderr()).toContain('the chain was not saved')
  else expect({ code, found }).toEqual({ code: 0, found: 1 })
})
