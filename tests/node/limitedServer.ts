import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { WebSocket } from 'ws'

const script = fileURLToPath(new URL('../../dist/js/bin/parevm.js', import.meta.url))

/** Starts a server with these limits. */
export async function serve(limits: Record<string, number> = {}, ...args: string[]) {
  const flags = Object.entries(limits).flatMap(([name, value]) => ['--limit', `${name}=${value}`])
  const words = [script, 'serve', '--port', '0', '--json', '--threads', '1', ...flags, ...args]
  const child: ChildProcess = spawn(process.execPath, words)
  let stderr = ''
  child.stderr?.on('data', (text) => {
    stderr += text
  })
  const [line] = await once(child.stdout as NonNullable<typeof child.stdout>, 'data')
  const { url, port }: { url: string; port: number } = JSON.parse(String(line))
  return {
    url,
    port,
    child,
    stderr: () => stderr,
    post: (body: string, headers: Record<string, string> = {}) =>
      fetch(url, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...headers },
      }),
    async stop() {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

export type Server = Awaited<ReturnType<typeof serve>>

export const call = (id: number, method: string, ...params: unknown[]) =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params })

/** A request of exactly so many bytes. */
export const long = (bytes: number) => {
  const text = call(1, 'eth_chainId')
  return text + ' '.repeat(bytes - text.length)
}

export const CHAIN_ID = { jsonrpc: '2.0', id: 1, result: '0x7a69' }

/** Another client is served meanwhile; the bound is wide, for machines that do other things. */
export async function othersAreServed({ post }: Server) {
  const start = performance.now()
  expect(await (await post(call(1, 'eth_chainId'))).json()).toEqual(CHAIN_ID)
  expect(performance.now() - start).toBeLessThan(10_000)
}

/** Opens a WebSocket; keeps what it receives. */
export async function open(
  { url }: Server,
  options: ConstructorParameters<typeof WebSocket>[2] = {},
) {
  const socket = new WebSocket(url.replace('http', 'ws'), options)
  const received: string[] = []
  socket.on('message', (data) => received.push(String(data)))
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) })),
  )
  socket.on('error', () => {})
  await once(socket, 'open')
  const ask = async (text: string) => {
    const next = received.length
    socket.send(text)
    await expect.poll(() => received.length, { timeout: 10_000 }).toBeGreaterThan(next)
    return JSON.parse(received[next] ?? '')
  }
  return { socket, received, closed, ask }
}

/** Begins a request whose body is not sent yet. */
export function begin(
  { url }: Server,
  headers: Record<string, string | number> = {},
  agent?: Agent,
) {
  const all = { 'content-type': 'application/json', ...headers }
  const request = httpRequest(url, { method: 'POST', headers: all, ...(agent ? { agent } : {}) })
  const answered = new Promise<IncomingMessage | string>((resolve) => {
    request.once('response', (response) => {
      response.resume()
      resolve(response)
    })
    request.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  })
  return { request, answered }
}

export const statusOf = async (answered: Promise<IncomingMessage | string>) => {
  const answer = await answered
  return typeof answer === 'string' ? answer : answer.statusCode
}

/** Resolves when a connection has ended, however it has. */
export function closeOf(socket: Socket): Promise<unknown> {
  socket.on('error', () => {})
  return new Promise((resolve) => socket.once('close', resolve))
}

/** Bytes that the process of a server takes. */
export async function rssOf({ child }: Server): Promise<number> {
  const { readFile } = await import('node:fs/promises')
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1_024
}
