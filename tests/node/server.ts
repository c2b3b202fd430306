import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

export const script = fileURLToPath(new URL('../../dist/js/bin/parevm.js', import.meta.url))

/** A running `parevm serve`. */
export type Server = {
  child: ChildProcess
  url: string
  stderr(): string
  /** Resolves with the exit code, or the name of the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>
  /** Asks a method and returns the answer. */
  ask(method: string, ...params: unknown[]): Promise<{ result?: unknown; error?: unknown }>
}

/**
 * Starts `parevm serve` and resolves when it serves.
 *
 * @param options.shell - Redirections and limits of a POSIX shell around the command, which is `"$@"`.
 */
export async function startServer(options: {
  args?: readonly string[]
  node?: readonly string[]
  shell?: string
}): Promise<Server> {
  const { args = [], node = [], shell = 'exec "$@"' } = options
  const port = await freePort()
  const command = [process.execPath, ...node, script, 'serve', '--port', String(port)]
  const threads = args.includes('--threads') ? [] : ['--threads', '1']
  const words = [...command, ...threads, '--json', ...args]
  // A group of its own, so that `kill` reaches all that the shell has started.
  const child = spawn('sh', ['-c', shell, 'sh', ...words], { detached: true })
  let stderr = ''
  const onText = (text: Buffer) => {
    stderr += text
  }
  child.stderr.on('data', onText)
  const url = `http://127.0.0.1:${port}`
  const ended = new Promise<number | NodeJS.Signals>((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 0)),
  )
  const ask: Server['ask'] = async (method, ...params) =>
    (await post(url, { jsonrpc: '2.0', id: 1, method, params })).json() as Promise<object>
  let isOver = false
  void ended.then(() => {
    isOver = true
  })
  for (let tries = 0; ; tries += 1) {
    if (isOver) throw new Error(`the server has ended: ${stderr}`)
    const answer = await ask('eth_chainId').catch(() => undefined)
    if (answer?.result !== undefined) return { child, url, ended, ask, stderr: () => stderr }
    if (tries === 600) throw new Error(`the server does not serve: ${stderr}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Sends a body, as JSON or as it is. */
export function post(url: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    signal: signal ?? null,
  })
}

/** Kills a server with all that its shell has started. */
export function kill({ child: { pid } }: Server): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // All of it has ended.
  }
}

/** Ends a server with a signal. Resolves with how it ended, and after how many milliseconds. */
export async function end(server: Server, signal: NodeJS.Signals = 'SIGTERM') {
  const start = performance.now()
  server.child.kill(signal)
  const code = await server.ended
  return { code, ms: performance.now() - start }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Runs the command in a shell; `"$@"` is the command. */
export function command(args: readonly string[], shell = 'exec "$@"') {
  const child = spawn('sh', ['-c', shell, 'sh', process.execPath, script, ...args])
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (text) => {
    stdout += text
  })
  child.stderr.on('data', (text) => {
    stderr += text
  })
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, stdout, stderr })),
  )
}
