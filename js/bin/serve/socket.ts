import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import { cut } from '../../src/error/cut.js'
import { stderr } from '../output.js'
import { clean } from '../terminal.js'
import { type Budget, beyondFree } from './budget.js'
import type { Dispatcher } from './dispatcher.js'
import type { Limits } from './limits.js'

export declare namespace serveSocket {
  type Parameters = {
    dispatcher: Dispatcher
    limits: Limits
    /** Budget of incomplete messages in bytes. */
    arriving: Budget
    socket: WebSocket
    /** Stream below the WebSocket. */
    stream: Socket
    /** Name of the client. */
    client: string
    /** Origin of the page or extension, if any. */
    origin: string | undefined
  }
  type ReturnType = {
    /** Pings the client; terminates the connection where the last ping is unanswered. */
    beat(): void
    /** Closes the connection with a reason. */
    end(code: number, reason: string): void
  }
}

/** Serves a WebSocket as one client. */
export function serveSocket(parameters: serveSocket.Parameters): serveSocket.ReturnType {
  const { dispatcher, limits, arriving, socket, stream, client, origin } = parameters
  const { unread } = dispatcher
  let isOpen = true
  let isThere = true
  let lastBeat: Unread | undefined
  let closing: ReturnType<typeof setTimeout> | undefined
  let reading: ReturnType<typeof setTimeout> | undefined
  /** Unread bytes from which on the client is served nothing more. */
  const held = limits.buffer / 4

  const end = (code: number, reason: string) => {
    if (!isOpen) return
    isOpen = false
    message.end()
    connection.close()
    socket.close(code, reason)
    // A client that does not read never completes the close handshake.
    closing = setTimeout(() => socket.terminate(), CLOSING_MS).unref()
  }

  const send = (text: string) => {
    if (!isOpen) return
    const waiting = socket.bufferedAmount
    const sum = waiting + text.length
    if (waiting > 0 && sum > limits.buffer)
      return end(1013, `more than ${limits.buffer} bytes wait for this client to read`)
    // Small answers are not counted: they are sent even where others used up the budget.
    const amount = beyondFree(sum) > 0 ? text.length : 0
    const taken = unread.take(client, amount)
    if (taken !== 'taken') return end(CODES[taken], 'too many bytes wait for clients to read')
    socket.send(text, () => {
      unread.give(client, amount)
      connection.wake()
    })
    watchReading()
  }

  /** Closes the connection of a client that does not read a full buffer. */
  const watchReading = () => {
    if (reading !== undefined || socket.bufferedAmount <= held) return
    const before = unreadOf(socket, stream)
    reading = setTimeout(() => {
      reading = undefined
      if (!hasRead(before, unreadOf(socket, stream))) return end(1013, 'this client does not read')
      watchReading()
    }, READING_MS).unref()
  }

  /** Returns the number of concurrent requests, by the unread bytes. */
  const room = () => {
    const waiting = socket.bufferedAmount
    if (waiting > held) return 0
    return beyondFree(waiting) > 0 ? FEW : limits.ahead
  }

  const connection = dispatcher.connect(send, {
    client,
    origin,
    room,
    end: (reason) => end(1013, reason),
  })
  const message = watchMessage({
    arriving,
    client,
    timeMs: limits['body-time'],
    onRefused: (taken) => end(CODES[taken], 'too many bytes are arriving'),
    onLate: () => end(1008, 'the message took too long'),
  })

  // Before the listener of the library, whose message event ends the count.
  stream.prependListener('data', (chunk: Buffer) => {
    if (isOpen) message.arrive(chunk)
  })
  for (const control of ['ping', 'pong'] as const)
    socket.on(control, (data: Buffer) => {
      isThere = true
      message.forget(data.length + CONTROL_FRAME)
    })
  socket.on('message', (data) => {
    isThere = true
    message.end()
    if (!isOpen) return
    connection.receive(String(data)).catch((error: unknown) => {
      stderr.note(`${clean(cut(String(error)))}\n`)
      end(1011, 'the request could not be answered')
    })
  })
  // The library closes the connection with a code; nothing is sent after that.
  socket.on('error', () => end(1002, 'the connection is broken'))
  socket.on('close', () => {
    isOpen = false
    clearTimeout(closing)
    clearTimeout(reading)
    message.end()
    connection.close()
  })

  return {
    end,
    beat() {
      const now = unreadOf(socket, stream)
      // A client that reads a long answer receives the ping after it.
      const reads = lastBeat !== undefined && hasRead(lastBeat, now)
      if (!isThere && !reads) return socket.terminate()
      lastBeat = now
      isThere = false
      if (isOpen) socket.ping()
    },
  }
}

/** Unread output of a client. */
type Unread = {
  /** Bytes of texts that are not fully written. */
  readonly waiting: number
  /** Bytes of the current write. */
  readonly queued: unknown
}

function unreadOf(socket: WebSocket, stream: Socket): Unread {
  // Node.js uses the same field of its handle to detect idle connections.
  const handle: unknown = Reflect.get(stream, '_handle')
  return { waiting: socket.bufferedAmount, queued: Object(handle).writeQueueSize }
}

function hasRead(before: Unread, now: Unread): boolean {
  return now.waiting < before.waiting || now.queued !== before.queued
}

export declare namespace watchMessage {
  type Parameters = {
    arriving: Budget
    client: string
    /** Milliseconds from the first to the last byte of a message. */
    timeMs: number
    onRefused(whose: 'client' | 'all'): void
    onLate(): void
  }
}

/** Counts the bytes of an incomplete message, which the library buffers, with the overhead of its chunks. */
function watchMessage(parameters: watchMessage.Parameters) {
  const { arriving, client, timeMs, onRefused, onLate } = parameters
  let bytes = 0
  let chunks = 0
  let counted = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const count = () => {
    const amount = beyondFree(bytes + chunks * CHUNK) - counted
    const taken = arriving.take(client, amount)
    if (taken !== 'taken') return onRefused(taken)
    counted += amount
  }
  const end = () => {
    bytes = 0
    chunks = 0
    arriving.give(client, counted)
    counted = 0
    clearTimeout(timer)
    timer = undefined
  }
  return {
    end,
    arrive(chunk: Buffer) {
      timer ??= setTimeout(onLate, timeMs).unref()
      bytes += chunk.length
      chunks += 1
      count()
    },
    /** Subtracts the bytes of a control frame. */
    forget(length: number) {
      bytes -= length
      if (bytes <= 0) end()
    },
  }
}

/** Concurrent requests of a client that is reading an answer. */
const FEW = 2
/** Milliseconds in which a client must read some bytes. */
const READING_MS = 5_000
/** Milliseconds for the close handshake. */
const CLOSING_MS = 10_000
/** Overhead of a control frame in bytes. */
const CONTROL_FRAME = 6
/** Overhead of a chunk of a message in bytes. */
const CHUNK = 256

/** Close codes by the exceeded limit: that of the client, or that of all. */
const CODES = { client: 1008, all: 1013 } as const
