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
    /** Bytes of messages that are arriving. */
    arriving: Budget
    socket: WebSocket
    /** What the WebSocket stands on. */
    stream: Socket
    /** Who sends. */
    client: string
    /** The page or extension that asks, if one does. */
    origin: string | undefined
  }
  type ReturnType = {
    /** Asks whether the client is there; ends the connection if it has not answered since the last time. */
    beat(): void
    /** Ends the connection with a reason. */
    end(code: number, reason: string): void
  }
}

/** Serves a WebSocket, which is a client of its own. */
export function serveSocket(parameters: serveSocket.Parameters): serveSocket.ReturnType {
  const { dispatcher, limits, arriving, socket, stream, client, origin } = parameters
  const { unread } = dispatcher
  let isOpen = true
  let isThere = true
  let lastBeat: Unread | undefined
  let closing: ReturnType<typeof setTimeout> | undefined
  let reading: ReturnType<typeof setTimeout> | undefined
  /** Bytes that wait for a client which is served nothing more until it has read some. */
  const held = limits.buffer / 4

  const end = (code: number, reason: string) => {
    if (!isOpen) return
    isOpen = false
    message.end()
    connection.close()
    socket.close(code, reason)
    // A client that does not read does not see the reason, either.
    closing = setTimeout(() => socket.terminate(), CLOSING_MS).unref()
  }

  const send = (text: string) => {
    if (!isOpen) return
    const waiting = socket.bufferedAmount
    const sum = waiting + text.length
    if (waiting > 0 && sum > limits.buffer)
      return end(1013, `more than ${limits.buffer} bytes wait for this client to read`)
    // What is little is not counted, so that it goes where others have taken everything.
    const amount = beyondFree(sum) > 0 ? text.length : 0
    const taken = unread.take(client, amount)
    if (taken !== 'taken') return end(CODES[taken], 'too many bytes wait for clients to read')
    socket.send(text, () => {
      unread.give(client, amount)
      connection.wake()
    })
    watchReading()
  }

  /** Ends the connection of a client that reads nothing of much that waits. */
  const watchReading = () => {
    if (reading !== undefined || socket.bufferedAmount <= held) return
    const before = unreadOf(socket, stream)
    reading = setTimeout(() => {
      reading = undefined
      if (!hasRead(before, unreadOf(socket, stream))) return end(1013, 'this client does not read')
      watchReading()
    }, READING_MS).unref()
  }

  /** How many requests may run at once: what is in work comes on top of what waits to be read. */
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

  // Before the library takes them: a message that they complete is counted no longer.
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
  // The library closes the connection with a code, and so tells why; after that nothing is sent.
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
      // A client that reads a long answer sees the ping behind it.
      const reads = lastBeat !== undefined && hasRead(lastBeat, now)
      if (!isThere && !reads) return socket.terminate()
      lastBeat = now
      isThere = false
      if (isOpen) socket.ping()
    },
  }
}

/** What waits for a client to read. */
type Unread = {
  /** Bytes of texts that have not been written in full. */
  readonly waiting: number
  /** Bytes of the text that is being written. */
  readonly queued: unknown
}

function unreadOf(socket: WebSocket, stream: Socket): Unread {
  // Node.js asks the same of its handle, to see whether a connection is idle.
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
    /** Milliseconds from the first byte of a message to the last. */
    timeMs: number
    onRefused(whose: 'client' | 'all'): void
    onLate(): void
  }
}

/** Counts the bytes of a message that is not complete, which the library keeps, and what it takes for their pieces. */
function watchMessage(parameters: watchMessage.Parameters) {
  const { arriving, client, timeMs, onRefused, onLate } = parameters
  let bytes = 0
  let pieces = 0
  let counted = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const count = () => {
    const amount = beyondFree(bytes + pieces * PIECE) - counted
    const taken = arriving.take(client, amount)
    if (taken !== 'taken') return onRefused(taken)
    counted += amount
  }
  const end = () => {
    bytes = 0
    pieces = 0
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
      pieces += 1
      count()
    },
    /** Some of the bytes were a frame that belongs to no message. */
    forget(length: number) {
      bytes -= length
      if (bytes <= 0) end()
    },
  }
}

/** Requests that run at once for a client that is reading an answer. */
const FEW = 2
/** Milliseconds in which a client reads some of what waits. */
const READING_MS = 5_000
/** Milliseconds that a client has to read why its connection is closed. */
const CLOSING_MS = 10_000
/** Bytes around the payload of a control frame. */
const CONTROL_FRAME = 6
/** Bytes that a piece of a message takes beside those that are in it. */
const PIECE = 256

/** Codes with which a WebSocket is closed, by whose share is used up: the client's own, or that of all. */
const CODES = { client: 1008, all: 1013 } as const
