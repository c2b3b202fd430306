import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as code from '../bytecode.js'
import type { Case } from '../case.js'
import { ask, call, openRaw, pause, post, wordOf } from '../client.js'
import { ALICE, BOB, callOf } from '../contract.js'
import { SCRIPT, startTarget, type Target } from '../target.js'

const BATCH = `[${Array.from({ length: 11 }, (_, id) => call('eth_none', [], id)).join(',')}]`

/** Runs `work` with a server of its own, which ends with it. */
async function apart(
  options: Parameters<typeof startTarget>[0],
  work: (target: Target) => Promise<string[]>,
): Promise<string[]> {
  const target = await startTarget({
    ...options,
    args: ['--threads', '1', ...(options?.args ?? [])],
  })
  try {
    return await work(target)
  } finally {
    await target.stop()
  }
}

/** Returns whether the server answers. */
async function alive(target: Target): Promise<string> {
  if (target.exit !== undefined) return `ended (${target.exit})`
  const word = wordOf(await post(target.url, call('eth_chainId'), { timeoutMs: 3_000 }))
  return word === 'result' ? 'alive' : word
}

/** Waits for the end of the server, and says whether it was clean and in time. */
async function endOf(target: Target, withinMs: number): Promise<string> {
  const start = performance.now()
  const how = await Promise.race([target.ended, pause(withinMs + 3_000).then(() => 'runs')])
  const ms = performance.now() - start
  return ms > withinMs ? `${how} after ${ms.toFixed(0)} ms` : how
}

/** Rules 7 and 8: the server outlives its surroundings; its state outlives the server. */
export const surroundings: readonly Case[] = [
  {
    name: 'closed stdout and stderr',
    rule: 7,
    input: 'both are closed by their reader; then a batch of 11 requests that fail, logged',
    bound: 'what cannot be written is not written',
    expected: ['alive'],
    isApart: true,
    onlyParevm: true,
    attack: async () => {
      const words: string[] = []
      for (const name of ['stdout', 'stderr'] as const)
        words.push(
          ...(await apart({ args: ['--verbose'] }, async (target) => {
            target.child[name]?.destroy()
            for (let round = 0; round < 5; round += 1) await post(target.url, BATCH)
            await pause(200)
            return [await alive(target)]
          })),
        )
      return words
    },
  },
  {
    name: 'pipe that nobody reads',
    rule: 7,
    input: '4,000 logged requests with names of 100 characters while nobody reads stderr',
    bound: 'the log is dropped, not kept',
    expected: ['alive'],
    isApart: true,
    onlyParevm: true,
    attack: () =>
      apart({ args: ['--verbose'] }, async (target) => {
        target.child.stderr?.pause()
        const batch = `[${Array.from({ length: 500 }, (_, id) => call('x'.repeat(100), [], id)).join(',')}]`
        for (let round = 0; round < 8; round += 1) await post(target.url, batch)
        return [await alive(target)]
      }),
  },
  {
    name: 'foreign text on the terminal',
    rule: 7,
    input: 'names of methods with ESC, bidi, U+2028 and line feeds, logged',
    bound: 'foreign text is cleaned',
    expected: ['clean'],
    isApart: true,
    onlyParevm: true,
    attack: () =>
      apart({ args: ['--verbose'] }, async (target) => {
        const marks = [
          '\u001b[2J',
          '\u202e',
          '\u2028',
          '\nforged line',
          '\u{e0041}',
          '\u009b31m',
          '\u0007',
        ]
        for (const mark of marks) {
          await post(target.url, call(`eth_${mark}x`))
          await post(target.url, call('eth_getBalance', [mark]))
          await post(target.url, call('eth_chainId'), {
            headers: { origin: 'http://x.example' },
          })
        }
        await pause(200)
        const log = target.stderr()
        const found = marks.find((mark) => log.includes(mark))
        return [found === undefined ? 'clean' : `it has ${JSON.stringify(found)}`]
      }),
  },
  {
    name: 'SIGHUP',
    rule: 7,
    input: 'the terminal of the server is closed',
    bound: 'it goes on, or ends cleanly',
    expected: ['alive', 'code 0'],
    isApart: true,
    onlyParevm: true,
    attack: () =>
      apart({}, async (target) => {
        target.child.kill('SIGHUP')
        await pause(1_500)
        return [target.exit ?? (await alive(target))]
      }),
  },
  {
    name: 'SIGTERM under load',
    rule: 7,
    input: 'SIGTERM while calls run, bodies arrive and clients do not read',
    bound: '2 s',
    expected: ['code 0'],
    isApart: true,
    onlyParevm: true,
    attack: () =>
      apart({}, async (target) => {
        for (let at = 0; at < 20; at += 1) void post(target.url, callOf(code.LOOP))
        for (let at = 0; at < 20; at += 1) {
          const socket = await openRaw(target.port)
          socket.pause()
          socket.write(
            `POST / HTTP/1.1\r\nhost: 127.0.0.1:${target.port}\r\ncontent-length: 1000\r\n\r\n`,
          )
        }
        await pause(300)
        target.child.kill('SIGTERM')
        return [await endOf(target, 2_000)]
      }),
  },
  {
    name: 'no more file descriptors',
    rule: 7,
    input: '200 connections to a server that may open 64 files',
    bound: 'connections are refused, and served again afterwards',
    expected: ['alive'],
    isApart: true,
    onlyParevm: true,
    attack: () =>
      apart({ prelude: 'ulimit -n 64' }, async (target) => {
        const sockets = await Promise.all(Array.from({ length: 200 }, () => openRaw(target.port)))
        await pause(500)
        for (const socket of sockets) socket.destroy()
        await pause(500)
        return [await alive(target)]
      }),
  },
  {
    name: 'state outlives a kill',
    rule: 8,
    input: 'serve --state: a stop, a kill -9, a torn file',
    bound: 'a stop keeps all; a torn file is refused with exit code 2',
    expected: ['kept', 'refused'],
    isApart: true,
    onlyParevm: true,
    async attack() {
      const folder = await mkdtemp(join(tmpdir(), 'parevm-attack-'))
      const file = join(folder, 'state')
      const args = ['--threads', '1', '--state', file]
      const words: string[] = []
      try {
        const first = await startTarget({ args })
        await ask(first.url, 'eth_sendTransaction', [{ from: ALICE, to: BOB, value: '0x1' }])
        await first.stop()
        const second = await startTarget({ args })
        words.push((await ask(second.url, 'eth_blockNumber')) === '0x1' ? 'kept' : 'lost')
        second.child.kill('SIGKILL')
        await second.ended
        const third = await startTarget({ args })
        words.push((await ask(third.url, 'eth_blockNumber')) === '0x1' ? 'kept' : 'lost')
        await third.stop()
        const { length } = await readFile(file)
        for (const left of [0, 1, Math.floor(length / 2), length - 1]) {
          const torn = join(folder, `torn${left}`)
          await copyFile(file, torn)
          await truncate(torn, left)
          words.push(
            await startTarget({ args: ['--threads', '1', '--state', torn] }).then(
              async (target) => {
                await target.stop()
                return `${left} of ${length} bytes were taken`
              },
              (error: Error) =>
                /\(code 2\)/.test(error.message) ? 'refused' : error.message.slice(0, 200),
            ),
          )
        }
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
      return words
    },
  },
  {
    name: 'genesis of 350,000 accounts',
    rule: 2,
    input: 'the time of 350,000 accounts beside that of 70,000',
    bound: 'time that grows with the size only: at most 8 times as much, and 15 s',
    expected: ['in proportion'],
    isApart: true,
    isSlow: true,
    onlyParevm: true,
    async attack() {
      const folder = await mkdtemp(join(tmpdir(), 'parevm-attack-'))
      try {
        const timeOf = async (count: number) => {
          const alloc = Array.from(
            { length: count },
            (_, at) => `"0x${(at + 4096).toString(16).padStart(40, '0')}":{"balance":"0x1"}`,
          )
          const file = join(folder, `${count}.json`)
          await writeFile(
            file,
            `{"config":{"chainId":1},"gasLimit":"0x1c9c380","difficulty":"0x0","alloc":{${alloc.join(',')}}}`,
          )
          const start = performance.now()
          const target = await startTarget({ args: ['--threads', '1', '--genesis', file] })
          const ms = performance.now() - start
          await target.stop()
          return ms
        }
        const [few, many] = [await timeOf(70_000), await timeOf(350_000)]
        const ratio = many / few
        return [
          ratio <= 8 && many <= 15_000
            ? 'in proportion'
            : `${ratio.toFixed(0)} times as long: ${(many / 1000).toFixed(0)} s`,
        ]
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
  },
  {
    name: 'files without end',
    rule: 2,
    input: 'run, --genesis and --calls of /dev/zero',
    // `run` executes its other blocks, and ends with 1.
    bound: 'files are read within a limit',
    expected: ['code 1', 'code 2'],
    isApart: true,
    onlyParevm: true,
    attack: () =>
      Promise.all(
        [
          ['run', '/dev/zero'],
          ['serve', '--port', '0', '--genesis', '/dev/zero'],
          ['serve', '--port', '0', '--calls', '/dev/zero'],
        ].map(
          (args) =>
            new Promise<string>((resolve) => {
              const options = { timeout: 8_000, killSignal: 'SIGKILL' as const }
              const limited = [
                '-c',
                'ulimit -v 40000000; exec "$@"',
                'sh',
                process.execPath,
                SCRIPT,
                ...args,
              ]
              execFile('/bin/sh', limited, options, (error) =>
                resolve(
                  error === null
                    ? 'code 0'
                    : error.signal != null
                      ? `${error.signal}`
                      : `code ${error.code}`,
                ),
              )
            }),
        ),
      ),
  },
]
