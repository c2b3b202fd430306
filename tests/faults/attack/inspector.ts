import { WebSocket } from 'ws'

/** Way into a process of Node from outside, through its debugger. */
export type Inspector = {
  /** Collects the garbage of the main thread and of all workers. */
  collect(): Promise<void>
  /**
   * Has hook.mjs end a worker whose name holds `part`, as the system would.
   *
   * @returns Its name; `undefined` where there is none that has started.
   */
  endWorker(part: string): Promise<string | undefined>
  close(): void
}

/** A worker that answers requests has read its modules; this is on top of that. */
const STARTING_MS = 500

type Message = {
  id?: number
  method?: string
  params?: { sessionId: string }
  result?: { result?: { value?: unknown } }
}

/** Opens the debugger at `url`. */
export async function inspect(url: string): Promise<Inspector> {
  const socket = new WebSocket(url)
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  socket.on('error', () => {})
  const answers = new Map<number, (value: unknown) => void>()
  /** Sessions in which workers are debugged. */
  const sessions = new Set<string>()
  let last = 0
  const send = (method: string, params: object = {}): Promise<unknown> => {
    last += 1
    const id = last
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ id, method, params }))
    const answer = new Promise((resolve) => answers.set(id, resolve))
    return Promise.race([answer, soon()]).finally(() => answers.delete(id))
  }
  socket.on('message', (text) => {
    const { id, method, params, result }: Message = JSON.parse(String(text))
    if (id !== undefined) answers.get(id)?.(result?.result?.value)
    if (params === undefined) return
    if (method === 'NodeWorker.attachedToWorker') sessions.add(params.sessionId)
    if (method === 'NodeWorker.detachedFromWorker') sessions.delete(params.sessionId)
  })
  const collection = JSON.stringify({ id: 1, method: 'HeapProfiler.collectGarbage' })
  return {
    async collect() {
      await send('NodeWorker.enable', { waitForDebuggerOnStart: false })
      // Twice: what finalizers free is garbage only then.
      for (let round = 0; round < 2; round += 1) {
        await send('HeapProfiler.collectGarbage')
        for (const sessionId of sessions)
          await send('NodeWorker.sendMessageToWorker', { sessionId, message: collection })
        await soon(500)
      }
      await send('NodeWorker.disable')
      sessions.clear()
    },
    async endWorker(part) {
      const expression = `endWorker(${JSON.stringify(part)}, ${STARTING_MS})`
      const name = await send('Runtime.evaluate', { expression, returnByValue: true })
      return typeof name === 'string' && name !== '' ? name : undefined
    },
    close: () => socket.terminate(),
  }
}

function soon(ms = 2_000): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
