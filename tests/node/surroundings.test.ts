import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { command, end, kill, post, type Server, startServer } from './server.js'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) kill(server)
})

async function serve(options: Parameters<typeof startServer>[0] = {}) {
  const server = await startServer(options)
  servers.push(server)
  return server
}

const LOOP = '0x1111111111111111111111111111111111111111'

/** Sends requests that run until their limit; resolves when the first has started. */
async function load(server: Server, count = 4) {
  await server.ask('anvil_setCode', LOOP, '0x5b5f56')
  const ends = Array.from({ length: count }, () =>
    server.ask('eth_call', { to: LOOP, gas: '0x2faf080' }, 'latest').catch(() => 'cut off'),
  )
  await sleep(100)
  return ends
}

/** A request of the precompile MODEXP, which takes seconds and cannot be interrupted. */
const LONG_STEP = {
  to: '0x0000000000000000000000000000000000000005',
  data: `0x${'400'.padStart(64, '0').repeat(3)}${'ff'.repeat(3 * 1024)}`,
  gas: '0x2faf080',
}

/** A chain on which {@link LONG_STEP} is cheap. */
async function berlin(): Promise<string> {
  const forks = ['homestead', 'eip150', 'eip155', 'eip158', 'byzantium', 'constantinople']
  forks.push('petersburg', 'istanbul', 'berlin')
  const config = Object.fromEntries(forks.map((name) => [`${name}Block`, 0]))
  const file = join(await mkdtemp(join(tmpdir(), 'parevm-')), 'genesis.json')
  const genesis = { config: { chainId: 1, ...config }, difficulty: '0x1', gasLimit: '0x10000000' }
  await writeFile(file, JSON.stringify({ ...genesis, alloc: {} }))
  return file
}

test.each([
  ['stdout', 'exec "$@" >&-'],
  ['stderr', 'exec "$@" 2>&-'],
  ['stdin', 'exec "$@" <&-'],
  ['everything', 'exec "$@" <&- >&- 2>&-'],
  ['a full disk', 'exec "$@" >/dev/full 2>/dev/full'],
  ['a reader that leaves', '"$@" | head -c 1 & wait'],
])('it serves without %s', async (_, shell) => {
  const server = await serve({ shell: `${shell} `, args: ['--verbose'] })
  const batch = Array.from({ length: 11 }, (_, id) => ({
    jsonrpc: '2.0',
    id,
    method: 'eth_chainId',
  }))
  for (let turn = 0; turn < 3; turn += 1)
    expect(await (await post(server.url, batch)).json()).toHaveLength(11)
})

/** https://nodejs.org/api/events.html#eventssetmaxlistenersn-eventtargets */
test('a batch of a hundred requests warns of nothing, over HTTP and WebSocket', async () => {
  const server = await serve()
  const batch = Array.from({ length: 100 }, (_, id) => ({
    jsonrpc: '2.0',
    id,
    method: 'eth_chainId',
  }))
  expect(await (await post(server.url, batch)).json()).toHaveLength(100)
  const socket = new WebSocket(server.url.replace('http', 'ws'))
  await once(socket, 'open')
  socket.send(JSON.stringify(batch))
  const [text] = await once(socket, 'message')
  expect(JSON.parse(String(text))).toHaveLength(100)
  socket.close()
  expect(server.stderr()).not.toContain('Warning')
})

test('a stderr without a reader does not end the process', async () => {
  const server = await serve({ args: ['--verbose'] })
  server.child.stderr?.destroy()
  const batch = Array.from({ length: 50 }, (_, id) => ({
    jsonrpc: '2.0',
    id,
    method: 'eth_chainId',
  }))
  for (let turn = 0; turn < 5; turn += 1)
    expect(await (await post(server.url, batch)).json()).toHaveLength(50)
  expect(await end(server)).toMatchObject({ code: 0 })
})

test('an unread log blocks nothing, takes bounded memory, and counts the dropped lines', async () => {
  const server = await serve({ args: ['--verbose'] })
  const { stderr } = server.child
  stderr?.pause()
  const method = `eth_${'x'.repeat(150)}`
  const batch = Array.from({ length: 1_000 }, (_, id) => ({ jsonrpc: '2.0', id, method }))
  const lines = async () => {
    await (await post(server.url, batch)).arrayBuffer()
  }
  for (let turn = 0; turn < 10; turn += 1) await lines()
  const before = memoryOf(server)
  // About 15 MB of lines, of which 1 MiB may wait.
  for (let turn = 0; turn < 60; turn += 1) await lines()
  expect(memoryOf(server) - before).toBeLessThan(60 * 2 ** 20)
  stderr?.resume()
  await expect.poll(() => server.stderr(), { timeout: 5_000 }).toMatch(/\d+ lines were dropped/)
  expect(await end(server)).toMatchObject({ code: 0 })
})

/** Resident bytes of a process. */
function memoryOf({ child }: Server): number {
  const [, kilobytes] =
    /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s under load ends it in order within 2 s',
  async (signal) => {
    const server = await serve()
    const ends = await load(server)
    const { code, ms } = await end(server, signal)
    expect(code).toBe(0)
    expect(ms).toBeLessThan(2_000)
    await Promise.all(ends)
  },
)

test('SIGTERM ends it within 2 s during a step that cannot be interrupted', async () => {
  const server = await serve({ args: ['--genesis', await berlin()] })
  const answer = server.ask('eth_call', LONG_STEP, 'latest').catch(() => 'cut off')
  await sleep(300)
  const { ms } = await end(server)
  expect(ms).toBeLessThan(2_000)
  expect(await answer).toBe('cut off')
})

test('a client that does not read its answer does not hold up the end', async () => {
  const server = await serve()
  const socket = new WebSocket(server.url.replace('http', 'ws'))
  await once(socket, 'open')
  socket.pause()
  await server.ask('anvil_setCode', LOOP, `0x${'00'.repeat(24_000)}`)
  const batch = Array.from({ length: 100 }, (_, id) => ({
    ...{ jsonrpc: '2.0', id, method: 'eth_getCode' },
    params: [LOOP, 'latest'],
  }))
  for (let turn = 0; turn < 5; turn += 1) socket.send(JSON.stringify(batch))
  await sleep(500)
  const { code, ms } = await end(server)
  expect(code).toBe(0)
  expect(ms).toBeLessThan(2_000)
  socket.terminate()
})

test('a second signal ends it at once, with the code of that signal', async () => {
  const server = await serve({ args: ['--genesis', await berlin()] })
  const answer = server.ask('eth_call', LONG_STEP, 'latest').catch(() => 'cut off')
  await sleep(300)
  server.child.kill('SIGTERM')
  await sleep(50)
  const { code, ms } = await end(server, 'SIGINT')
  // Of two that wait, the system delivers either first.
  expect([130, 143]).toContain(code)
  expect(ms).toBeLessThan(500)
  await answer
})

test('SIGHUP without a terminal is outlived, as by a program under nohup', async () => {
  const server = await serve()
  server.child.kill('SIGHUP')
  await sleep(300)
  expect(await server.ask('eth_chainId')).toMatchObject({ result: '0x7a69' })
  expect(await end(server)).toMatchObject({ code: 0 })
})

/** Of util-linux: it runs a command on a terminal of its own. */
const hasScript = existsSync('/usr/bin/script') && process.platform === 'linux'

/** Words for a shell that run the command on a terminal, with stderr in a file. */
const onTerminal = (file: string) =>
  `command="exec $(printf "'%s' " "$@") 2>>${file}"; exec script -qfec "$command" /dev/null`

test.skipIf(!hasScript)('a terminal that is gone ends it in order', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'parevm-'))
  const [state, log] = [join(folder, 'chain'), join(folder, 'log')]
  const server = await serve({ args: ['--state', state], shell: onTerminal(log) })
  const before = readFileSync(state)
  await server.ask('evm_mine')
  const isLocked = () => readdirSync(folder).some((name) => name.includes('.lock-'))
  expect(isLocked()).toBe(true)
  server.child.kill('SIGKILL')
  await expect.poll(isLocked, { timeout: 5_000 }).toBe(false)
  expect(readFileSync(state).equals(before)).toBe(false)
  await sleep(500)
  expect(readFileSync(log, 'utf8')).toMatch(/^parevm [^\n]+\n$/)
})

test.skipIf(!hasScript)('a terminal that takes no more text holds up nothing', async () => {
  const terminal = `command="exec $(printf "'%s' " "$@")"; exec script -qfec "$command" /dev/null`
  const server = await serve({ args: ['--verbose'], shell: terminal })
  server.child.kill('SIGSTOP')
  const method = `eth_${'x'.repeat(150)}`
  const batch = Array.from({ length: 1_000 }, (_, id) => ({ jsonrpc: '2.0', id, method }))
  for (let turn = 0; turn < 3; turn += 1)
    expect(await (await post(server.url, batch)).json()).toHaveLength(1_000)
  server.child.kill('SIGCONT')
  expect(await server.ask('eth_chainId')).toMatchObject({ result: '0x7a69' })
})

test('with no descriptor left it stays, rests, and serves again', async () => {
  const server = await serve({ shell: 'ulimit -n 80; exec "$@"' })
  const { hostname, port } = new URL(server.url)
  const sockets: Socket[] = []
  for (let count = 0; count < 150; count += 1) {
    const socket = connect(Number(port), hostname)
    socket.on('error', () => {})
    sockets.push(socket)
  }
  await sleep(500)
  expect(readdirSync(`/proc/${server.child.pid}/fd`).length).toBeGreaterThan(75)
  const before = ticksOf(server)
  await sleep(1_000)
  // Of 100 in a second.
  expect(ticksOf(server) - before).toBeLessThan(30)
  for (const socket of sockets) socket.destroy()
  await expect
    .poll(() => server.ask('eth_chainId').catch(() => undefined), { timeout: 5_000 })
    .toMatchObject({ result: '0x7a69' })
  expect(await end(server)).toMatchObject({ code: 0 })
})

/** Time on a core that a process has taken, in hundredths of a second. */
function ticksOf({ child }: Server): number {
  const status = readFileSync(`/proc/${child.pid}/stat`, 'latin1')
  const fields = status.slice(status.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}

test('a port in use is named, with exit code 2', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const address = other.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const { code, stderr } = await command(['serve', '--threads', '1', '--port', String(port)])
  other.close()
  expect(stderr).toContain(`port ${port}`)
  expect(stderr).toContain('EADDRINUSE')
  expect(code).toBe(2)
})

test('a clock that goes backwards stops neither blocks nor answers', async () => {
  const back = `const now = Date.now; process.once('SIGUSR2', () => { Date.now = () => now() - 864e5 })`
  const server = await serve({ node: ['--import', `data:text/javascript,${back}`] })
  const time = async () => {
    const { result } = await server.ask('eth_getBlockByNumber', 'latest', false)
    return Number(Reflect.get(Object(result), 'timestamp'))
  }
  await server.ask('evm_mine')
  const before = await time()
  server.child.kill('SIGUSR2')
  await sleep(100)
  expect(await server.ask('evm_mine')).toMatchObject({ result: '0x0' })
  expect(await time()).toBeGreaterThan(before)
  expect(await end(server)).toMatchObject({ code: 0 })
})

test('an uncaught error is printed, and the server continues', async () => {
  const bugs = `
    process.on('SIGUSR2', () => { throw new Error('a bug that was thrown') })
    process.on('SIGWINCH', () => { Promise.reject(new Error('a bug that was rejected')) })`
  const server = await serve({ node: ['--import', `data:text/javascript,${encodeURI(bugs)}`] })
  server.child.kill('SIGUSR2')
  await expect.poll(server.stderr).toContain('Error: a bug that was thrown\n    at')
  server.child.kill('SIGWINCH')
  await expect.poll(server.stderr).toContain('Error: a bug that was rejected\n    at')
  expect(server.stderr()).toContain('please report it')
  expect(await server.ask('eth_chainId')).toMatchObject({ result: '0x7a69' })
  expect(await end(server)).toMatchObject({ code: 0 })
})

test('no promise is rejected without a listener, whatever clients do', async () => {
  const server = await serve({
    node: ['--unhandled-rejections=strict'],
    args: ['--verbose', '--genesis', await berlin()],
  })
  const { hostname, port } = new URL(server.url)
  const request = (method: string, ...params: unknown[]) =>
    JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })

  // Bytes that are no requests, and requests that end early.
  const garbage = [
    '\0\xff\x16\x03\x01'.repeat(100),
    'GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n',
    'POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"',
    'POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
  ]
  for (const bytes of garbage) {
    const socket = connect(Number(port), hostname)
    socket.on('error', () => {})
    await once(socket, 'connect')
    socket.write(bytes, 'latin1')
    await sleep(20)
    socket.resetAndDestroy()
  }
  for (const body of ['', '{', '[', 'null', '[]', '[[],1]', '{"jsonrpc":"2.0","id":{}}'])
    await (await post(server.url, body)).arrayBuffer()

  // Clients that leave, while the engine is well and while it is lost.
  for (const text of [request('eth_chainId'), request('eth_call', LONG_STEP, 'latest')]) {
    const gone = new AbortController()
    const answer = post(server.url, text, gone.signal).catch(() => 'left')
    await sleep(20)
    gone.abort()
    await answer
    for (const more of [request('eth_subscribe', 'newHeads'), '{', request('eth_unsubscribe', 7)]) {
      const socket = new WebSocket(server.url.replace('http', 'ws'))
      await once(socket, 'open')
      socket.send(more)
      socket.send(text)
      await sleep(20)
      socket.terminate()
    }
    const socket = new WebSocket(server.url.replace('http', 'ws'))
    await once(socket, 'open')
    Reflect.get(socket, '_socket').write(Buffer.from([0xff, 0xff, 0xff, 0xff]))
    await once(socket, 'close')
  }
  expect(await server.ask('eth_chainId')).toMatchObject({ result: '0x1' })

  // The end, while requests run.
  const answers = [request('eth_call', LONG_STEP, 'latest'), request('evm_mine')].map((text) =>
    post(server.url, text).catch(() => 'cut off'),
  )
  await sleep(100)
  const { ms } = await end(server)
  expect(ms).toBeLessThan(2_000)
  await Promise.all(answers)
  expect(server.stderr()).not.toContain('please report it')
  expect(server.stderr()).not.toMatch(/^ {4}at /m)
})
