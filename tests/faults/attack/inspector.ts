import { WebSocket } from 'ws'

/** Way into a process of Node from outside, through its debugger. */
export type Inspector = {
  /** Collects the garbage of the main thread and of all workers. */
  collect(): Promise<void>
  /** Names of the workers that run. */
  workers(): string[]
  /**
   * Ends a worker whose name holds `part`, as a fault of its own would.
   *
   * @returns Its name; `undefined` where there is none.
   */
  endWorker(part: string): string | undefined
  close(): void
}

type Message = {
  id?: number
  method?: string
  params?: { sessionId: string; workerInfo?: { title: string } }
}

/** Opens the debugger at `url`. */
export async function inspect(url: string): Promise<Inspector> {
  const socket = new WebSocket(url)
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  socket.on('error', () => {})
  const answers = new Map<number, () => void>()
  /** Names of workers by the sessions in which they are debugged. */
  const sessions = new Map<string, string>()
  let last = 0
  const send = (method: string, params: object = {}) => {
    last += 1
    const id = last
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ id, method, params }))
    return Promise.race([new Promise<void>((resolve) => answers.set(id, resolve)), soon()])
  }
  const sendTo = (sessionId: string, method: string, params: object = {}) =>
    send('NodeWorker.sendMessageToWorker', {
      sessionId,
      message: JSON.stringify({ id: 1, method, params }),
    })
  socket.on('message', (text) => {
    const { id, method, params }: Message = JSON.parse(String(text))
    if (id !== undefined) answers.get(id)?.()
    if (params === undefined) return
    const { sessionId, workerInfo } = params
    if (method === 'NodeWorker.attachedToWorker') sessions.set(sessionId, workerInfo?.title ?? '')
    if (method === 'NodeWorker.detachedFromWorker') sessions.delete(sessionId)
  })
  await send('NodeWorker.enable', { waitForDebuggerOnStart: false })
  return {
    async collect() {
      // Twice: what finalizers free is garbage only then.
      for (let round = 0; round < 2; round += 1) {
        await send('HeapProfiler.collectGarbage')
        await Promise.all(
          [...sessions.keys()].map((it) => sendTo(it, 'HeapProfiler.collectGarbage')),
        )
        await soon(500)
      }
    },
    workers: () => [...sessions.values()],
    endWorker(part) {
      const found = [...sessions].find(([, name]) => name.includes(part))
      if (found === undefined) return undefined
      void sendTo(found[0], 'Runtime.evaluate', { expression: 'process.exit(1)' })
      return found[1]
    },
    close: () => socket.terminate(),
  }
}

function soon(ms = 2_000): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
