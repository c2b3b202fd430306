import { type Agent, type OutgoingHttpHeaders, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { WebSocket } from 'ws'

/** How a request over HTTP ended. */
export type Reply = {
  /** 0 where there was no answer. */
  status: number
  headers: Record<string, string | string[] | undefined>
  /** The first megabyte of the body. */
  text: string
  /** Bytes of the body in all. */
  bytes: number
  ms: number
  /** Why there was no answer. */
  error?: string
}

export declare namespace post {
  type Options = {
    method?: string | undefined
    path?: string | undefined
    headers?: OutgoingHttpHeaders | undefined
    agent?: Agent | undefined
    timeoutMs?: number | undefined
    /** Called while the body is on its way; the request ends when this resolves. */
    write?: ((write: (part: string | Buffer) => Promise<void>) => Promise<void>) | undefined
  }
}

/** An attack comes from a page on this machine, so that it is another client than the honest ones. */
const USUAL = { 'content-type': 'application/json', origin: 'http://localhost:6666' }

/** Answers are read up to here; then the connection is cut. */
const MOST_READ = 64 * 2 ** 20
const MOST_KEPT = 2 ** 20

/** Sends a request over HTTP. Never rejects. */
export function post(
  url: string,
  body: string | Buffer,
  options: post.Options = {},
): Promise<Reply> {
  const { method = 'POST', path = '/', agent, timeoutMs = 30_000, write } = options
  const start = performance.now()
  const headers: OutgoingHttpHeaders = { ...USUAL, ...options.headers }
  for (const name of Object.keys(headers)) if (headers[name] === undefined) delete headers[name]
  return new Promise((resolve) => {
    const end = (reply: Partial<Reply>) => {
      clearTimeout(timer)
      resolve({
        status: 0,
        headers: {},
        text: '',
        bytes: 0,
        ...reply,
        ms: performance.now() - start,
      })
    }
    const asked = request(url, { method, path, headers, agent: agent ?? false }, (response) => {
      const parts: Buffer[] = []
      let bytes = 0
      const reply = () => {
        const { statusCode: status = 0, headers } = response
        return { status, headers, text: Buffer.concat(parts).toString(), bytes }
      }
      response.on('data', (part: Buffer) => {
        if (bytes < MOST_KEPT) parts.push(part)
        bytes += part.length
        if (bytes > MOST_READ) asked.destroy()
      })
      response.once('end', () => end(reply()))
      response.once('close', () => end({ ...reply(), error: 'cut' }))
    })
    const timer = setTimeout(() => {
      end({ error: 'no answer' })
      asked.destroy()
    }, timeoutMs)
    asked.once('error', (error: NodeJS.ErrnoException) =>
      end({ error: error.code ?? error.message }),
    )
    if (write === undefined) asked.end(body)
    else
      write(
        (part) =>
          new Promise((go) => {
            if (asked.destroyed) return go()
            if (asked.write(part)) return setImmediate(go)
            const on = () => {
              asked.off('drain', on)
              asked.off('close', on)
              go()
            }
            asked.once('drain', on)
            asked.once('close', on)
          }),
      ).then(
        () => asked.end(),
        (error: Error) => asked.destroy(error),
      )
  })
}

/** Returns the text of a request of JSON-RPC. */
export function call(method: string, params: unknown = [], id: unknown = 1): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params })
}

type Answer = { result?: unknown; error?: { code: number; message: string } }

/**
 * Returns how a request ended in one word: `result`, the code of an error, the status of a refusal,
 * or `lost` where an engine was lost with it.
 */
export function wordOf(reply: Reply): string {
  if (reply.bytes > LONGEST_ANSWER) return `${(reply.bytes / 1e6).toFixed(0)} MB`
  if (reply.status === 0) return reply.error === 'no answer' ? 'no answer' : 'closed'
  if (reply.status !== 200) return String(reply.status)
  if (reply.bytes > MOST_KEPT) return 'result'
  try {
    return wordOfAnswer(JSON.parse(reply.text))
  } catch {
    return 'not JSON'
  }
}

/** Returns the words of all answers of a batch. */
export function wordsOf(reply: Reply): string[] {
  if (!reply.text.startsWith('[')) return [wordOf(reply)]
  if (reply.bytes > LONGEST_ANSWER) return [wordOf(reply)]
  if (reply.bytes > MOST_KEPT) return ['result']
  try {
    return (JSON.parse(reply.text) as Answer[]).map(wordOfAnswer)
  } catch {
    return ['not JSON']
  }
}

export function wordOfAnswer(answer: Answer): string {
  if (answer.error === undefined) return 'result'
  const { code, message } = answer.error
  if (/engine (died|failed|was lost)|worker \(|unreachable|WORKER_DIED/i.test(message))
    return `lost (${code})`
  return String(code)
}

/** 25 MB and what the envelopes of a batch add. */
const LONGEST_ANSWER = 26e6

/** Asks for one thing and resolves with its result. */
export async function ask<T = unknown>(
  url: string,
  method: string,
  params: unknown[] = [],
  timeoutMs = 30_000,
): Promise<T> {
  const reply = await post(url, call(method, params), { timeoutMs })
  if (reply.status !== 200) throw new Error(`${method}: ${reply.error ?? reply.status}`)
  const { result, error } = JSON.parse(reply.text) as Answer
  if (error !== undefined) throw new Error(`${method}: ${error.code}: ${error.message}`)
  return result as T
}

/** Opens a WebSocket. Resolves with the status where it is refused. */
export function openSocket(
  url: string,
  headers: Record<string, string> = {},
): Promise<WebSocket | number> {
  const socket = new WebSocket(url.replace('http', 'ws'), { headers, perMessageDeflate: false })
  return new Promise((resolve) => {
    socket.once('open', () => resolve(socket))
    socket.once('unexpected-response', (_, response) => {
      resolve(response.statusCode ?? 0)
      socket.terminate()
    })
    socket.on('error', () => resolve(0))
  })
}

/** Opens a plain connection. Its errors are not thrown. */
export function openRaw(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  socket.on('error', () => {})
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(socket))
    socket.once('close', () => resolve(socket))
  })
}

/**
 * Sends bytes over a connection of their own.
 *
 * @returns What arrived back, up to 64 kB, and how the connection ended.
 */
export async function sendRaw(
  port: number,
  parts: readonly (string | Uint8Array)[],
  waitMs = 1_000,
): Promise<{ text: string; status: number; closed: boolean }> {
  const socket = await openRaw(port)
  let text = ''
  socket.on('data', (data) => {
    if (text.length < 65_536) text += data.toString('latin1')
  })
  const closed = new Promise<boolean>((resolve) => {
    socket.once('close', () => resolve(true))
    socket.once('end', () => resolve(true))
    setTimeout(() => resolve(false), waitMs)
  })
  for (const part of parts) {
    if (socket.destroyed) break
    socket.write(part)
    await pause(0)
  }
  const ended = await closed
  socket.destroy()
  return { text, status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), closed: ended }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
