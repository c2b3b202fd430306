import { Worker } from 'node:worker_threads'
import type { Order, Seen } from './honest.js'

/** Honest clients in a thread of their own, so that the work of the attack is not in their figures. */
export type Crowd = {
  /** Lets the clients ask. */
  go(): void
  /**
   * Has the clients rest, and waits for the answers that are under way.
   *
   * @returns What they saw since they were let go.
   */
  rest(): Promise<Seen[]>
  stop(): Promise<void>
}

/** Figures of honest clients. Times in milliseconds. */
export type Figures = {
  requests: number
  failed: number
  lost: number
  p50: number
  p99: number
  max: number
  /** Some of the failures. */
  failures: string[]
}

/** Starts honest clients of the server at `url`. They rest until they are let go. */
export async function collect(url: string, clients = 3, stateless = false): Promise<Crowd> {
  const worker = new Worker(new URL('./load.mjs', import.meta.url), {
    workerData: { file: './honest.ts', url, clients, stateless },
  })
  let seen: Seen[] = []
  let onIdle: (() => void) | undefined
  const ready = new Promise<void>((resolve, reject) => {
    worker.once('error', reject)
    worker.on('message', (message: { ready?: true; seen?: Seen[]; idle?: true }) => {
      if (message.ready) resolve()
      if (message.seen !== undefined) for (const one of message.seen) seen.push(one)
      if (message.idle) onIdle?.()
    })
  })
  const order = (kind: Order['kind']) => worker.postMessage({ kind } satisfies Order)
  await ready
  return {
    go: () => order('go'),
    async rest() {
      const idle = new Promise<void>((resolve) => {
        onIdle = resolve
      })
      order('idle')
      await idle
      const all = seen
      seen = []
      return all
    },
    async stop() {
      await worker.terminate()
    },
  }
}

/** Returns the figures of what was seen. */
export function figuresOf(seen: readonly Seen[]): Figures {
  const times = seen.map(({ ms }) => ms).sort((one, other) => one - other)
  const at = (share: number) =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
  const failures = seen.flatMap(({ failure }) => failure ?? [])
  return {
    requests: seen.length,
    failed: failures.length,
    lost: seen.filter(({ lost }) => lost).length,
    p50: at(0.5),
    p99: at(0.99),
    max: times.at(-1) ?? 0,
    failures: [...new Set(failures)].slice(0, 5),
  }
}
