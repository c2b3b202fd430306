import { Agent } from 'node:http'
import { parentPort } from 'node:worker_threads'
import { WebSocket } from 'ws'
import { call, pause, post } from './client.js'

/** What an honest client saw of one request. */
export type Seen = {
  /** Milliseconds since the Unix epoch at which it was sent. */
  at: number
  ms: number
  /** Why the answer was not the known one. */
  failure?: string
  /** The engine was lost while it ran the request, and said so. */
  lost?: true
}

/** Orders to the honest clients. */
export type Order = { kind: 'rest' | 'go' | 'idle' }

type Known = { method: string; params: unknown[]; result?: string; isStateless?: true }

const ALICE = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const BOB = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'
const CONTRACT = `0x${'ab'.repeat(20)}`
/** Returns 42. */
const CODE = '0x602a5f5260205ff3'
const EMPTY_HASH = '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470'

/** Requests whose answer does not change, with the answer; without one, it is what arrived first. */
const KNOWN: Known[] = [
  { method: 'eth_chainId', params: [], result: '"0x7a69"' },
  { method: 'net_version', params: [], result: '"31337"' },
  { method: 'web3_sha3', params: ['0x'], result: `"${EMPTY_HASH}"`, isStateless: true },
  {
    method: 'eth_call',
    params: [{ to: CONTRACT }, 'latest', { [CONTRACT]: { code: CODE } }],
    result: `"0x${'2a'.padStart(64, '0')}"`,
  },
  {
    method: 'eth_estimateGas',
    params: [{ from: ALICE, to: BOB, value: '0x1' }],
    result: '"0x5208"',
  },
  { method: 'eth_getBlockByNumber', params: ['0x0', false] },
  { method: 'eth_getBalance', params: [BOB, '0x0'] },
  { method: 'eth_getCode', params: [BOB, 'latest'], result: '"0x"' },
  { method: 'eth_accounts', params: [] },
  { method: 'eth_getLogs', params: [{ fromBlock: '0x0', toBlock: '0x0' }], result: '[]' },
  { method: 'net_listening', params: [], result: 'true', isStateless: true },
]

/** Longer than any bar, so that what takes this long is seen as what it is. */
const PATIENCE_MS = 30_000

/**
 * Runs honest clients until the thread ends: the first with a connection for each request, the last over
 * WebSocket, the others with a connection that stays.
 */
export async function start({ url, clients, stateless }: start.Parameters): Promise<void> {
  const all = stateless ? KNOWN.filter(({ isStateless }) => isStateless) : KNOWN
  let batch: Seen[] = []
  let under = 0
  let resting = true
  const port = parentPort
  setInterval(() => {
    if (batch.length > 0) port?.postMessage({ seen: batch })
    batch = []
  }, 50)
  port?.on('message', async ({ kind }: Order) => {
    resting = kind !== 'go'
    if (kind !== 'idle') return
    while (under > 0) await pause(5)
    port.postMessage({ seen: batch, idle: true })
    batch = []
  })
  const kept = new Agent({ keepAlive: true, maxSockets: clients })
  const overHttp = async (text: string, agent?: Agent) => {
    const {
      status,
      text: answer,
      error,
    } = await post(url, text, {
      agent,
      timeoutMs: PATIENCE_MS,
      headers: { origin: undefined },
    })
    return status === 200 ? answer : `no answer: ${error ?? `status ${status}`}`
  }
  const overSocket = socketClient(url)
  for (const known of all) await judge(known, (text) => overHttp(text, kept))
  port?.postMessage({ ready: true })
  for (let client = 0; client < clients; client += 1) {
    const agent = client === 0 ? undefined : kept
    const send = client === clients - 1 ? overSocket : (text: string) => overHttp(text, agent)
    void (async () => {
      for (let turn = client; ; turn += 1) {
        await pause(20)
        if (resting) continue
        under += 1
        const seen = await judge(all[turn % all.length] as Known, send)
        // After the answer: what was collected meanwhile has been handed over.
        batch.push(seen)
        under -= 1
      }
    })()
  }
}

export declare namespace start {
  type Parameters = {
    url: string
    clients: number
    /** Asks only for what no command changes. */
    stateless: boolean
  }
}

/** Sends a known request and compares its answer. */
async function judge(known: Known, send: (text: string) => Promise<string>): Promise<Seen> {
  const at = Date.now()
  const start = performance.now()
  const answer = await send(call(known.method, known.params))
  const seen: Seen = { at, ms: performance.now() - start }
  const result = resultIn(answer)
  if (result !== undefined) known.result ??= result
  if (result !== undefined && result === known.result) return seen
  if (/"code":-32005/.test(answer) && /engine/.test(answer)) return { ...seen, lost: true }
  return { ...seen, failure: `${known.method}: ${answer.slice(0, 200)}` }
}

function resultIn(answer: string): string | undefined {
  try {
    const { result } = JSON.parse(answer)
    return result === undefined ? undefined : JSON.stringify(result)
  } catch {
    return undefined
  }
}

/** Returns what asks over a WebSocket, which is opened again where it was closed. */
function socketClient(url: string) {
  let socket: WebSocket | undefined
  const opened = async () => {
    if (socket?.readyState === WebSocket.OPEN) return socket
    const fresh = new WebSocket(url.replace('http', 'ws'), { perMessageDeflate: false })
    fresh.on('error', () => {})
    await new Promise<void>((resolve) => {
      fresh.once('open', () => resolve())
      fresh.once('close', () => resolve())
    })
    socket = fresh
    return fresh
  }
  return async (text: string): Promise<string> => {
    const current = await opened()
    if (current.readyState !== WebSocket.OPEN) return 'no answer: the WebSocket was refused'
    return new Promise((resolve) => {
      const end = (answer: string) => {
        clearTimeout(timer)
        current.off('message', onMessage)
        current.off('close', onClose)
        resolve(answer)
      }
      const onMessage = (data: unknown) => end(String(data))
      const onClose = (code: number) => end(`no answer: the WebSocket was closed with ${code}`)
      const timer = setTimeout(() => {
        current.terminate()
        end('no answer: it took too long')
      }, PATIENCE_MS)
      current.once('message', onMessage)
      current.once('close', onClose)
      current.send(text)
    })
  }
}
