/**
 * Returns a fair queue of requests. The client with the fewest running requests goes first, and among those the
 * one that has used the least time, however many requests each has queued.
 *
 * Requests of one client appear to run one after the other, in the order of their ids: a read may run beside
 * other reads of its client, a change only when all earlier requests of its client have ended. Readers take reads
 * only; while there are readers, the engine takes changes only.
 *
 * The express lane is one of several readers: it takes no read that is known to be long. So short reads are
 * answered soon although all other readers are busy with long ones.
 *
 * @param readers - Workers that answer reads beside the engine. One client gets half of them at most.
 */
export function createFairQueue(readers: number): FairQueue {
  const clients = new Map<string, Client>()
  const groups = new Map<string, Usage>()
  const clientOfId = new Map<number, Client>()
  const maxRunning = Math.max(1, Math.ceil(readers / 2))

  const clientOf = (name: string) => {
    const known = clients.get(name)
    if (known !== undefined) return known
    forgetIdle(clients, groups)
    const [group = name] = name.split(GROUP_END, 1)
    const usage = groups.get(group) ?? { ms: 0, atMs: 0 }
    groups.set(group, usage)
    const client: Client = { queued: new Map(), running: new Map(), usage }
    clients.set(name, client)
    return client
  }

  /** Returns the first request of `client`, if `worker` may run it now. */
  const runnable = ({ queued, running }: Client, worker: FairQueue.Worker) => {
    const { value: head } = queued.values().next()
    if (head === undefined) return undefined
    if (worker === 'express' && head.isLong) return undefined
    if (readers === 0 || !head.isRead)
      return worker === 'engine' && running.size === 0 ? head : undefined
    if (worker === 'engine' || running.size >= maxRunning) return undefined
    for (const entry of running.values()) if (!entry.isRead) return undefined
    return head
  }

  return {
    add(id, name, isRead) {
      const client = clientOf(name)
      client.queued.set(id, { id, isRead, isLong: false })
      clientOfId.set(id, client)
    },
    claim(worker) {
      let least: { client: Client; entry: Entry; usedMs: number } | undefined
      for (const client of clients.values()) {
        const entry = runnable(client, worker)
        if (entry === undefined) continue
        const usedMs = usedMsOf(client.usage)
        const isLess =
          least === undefined ||
          client.running.size < least.client.running.size ||
          (client.running.size === least.client.running.size && usedMs < least.usedMs)
        if (isLess) least = { client, entry, usedMs }
      }
      if (least === undefined) return undefined
      const { client, entry } = least
      client.queued.delete(entry.id)
      client.running.set(entry.id, entry)
      return entry.id
    },
    requeue(id, { isLong = false } = {}) {
      const client = clientOfId.get(id)
      const entry = client?.running.get(id)
      if (client === undefined || entry === undefined) return
      client.running.delete(id)
      const again = { ...entry, isLong: isLong || entry.isLong }
      const entries = [...client.queued.values(), again].sort((a, b) => a.id - b.id)
      client.queued = new Map(entries.map((one) => [one.id, one]))
    },
    end(id, durationMs) {
      const client = clientOfId.get(id)
      if (client === undefined) return
      clientOfId.delete(id)
      client.queued.delete(id)
      if (!client.running.delete(id)) return
      client.usage.ms = usedMsOf(client.usage) + durationMs
      client.usage.atMs = performance.now()
    },
    get size() {
      return clientOfId.size
    },
  }
}

/** Fair queue of requests. */
export type FairQueue = {
  /**
   * Adds a request behind those of its client. Ids grow. Clients whose names are equal up to a `#` are of one
   * group: the usage of each counts for all of them.
   */
  add(id: number, client: string, isRead: boolean): void
  /** Returns the next request for an idle worker and counts it as running, if there is one. */
  claim(worker: FairQueue.Worker): number | undefined
  /** Returns a running request to its old place. The express lane does not take a long one. */
  requeue(id: number, options?: { isLong?: boolean }): void
  /** Removes a request that has ended or is aborted, and adds the time that it ran, in milliseconds. */
  end(id: number, durationMs: number): void
  /** Requests that have not ended. */
  readonly size: number
}

export declare namespace FairQueue {
  /** Kind of a worker that runs requests. */
  type Worker = 'engine' | 'reader' | 'express'
}

type Entry = { readonly id: number; readonly isRead: boolean; readonly isLong: boolean }

type Client = {
  /** In the order of their ids. */
  queued: Map<number, Entry>
  readonly running: Map<number, Entry>
  /** Usage of its group. */
  readonly usage: Usage
}

/** Time that requests of a group have run. */
type Usage = {
  /** Milliseconds; they halve every {@link HALF_LIFE_MS}. */
  ms: number
  /** Time at which `ms` was computed. */
  atMs: number
}

/** End of the group's name in the name of a client. */
const GROUP_END = '#'

/** After a minute, usage no longer matters. */
const HALF_LIFE_MS = 5_000

/** Clients that are kept before idle ones are forgotten. */
const MAX_CLIENTS = 1_024

/** Usage of a group that may be forgotten, in milliseconds. */
const NEGLIGIBLE_MS = 1

function usedMsOf({ ms, atMs }: Usage): number {
  return ms === 0 ? 0 : ms * 2 ** ((atMs - performance.now()) / HALF_LIFE_MS)
}

function forgetIdle(clients: Map<string, Client>, groups: Map<string, Usage>): void {
  if (clients.size < MAX_CLIENTS) return
  for (const [name, { queued, running }] of clients)
    if (queued.size === 0 && running.size === 0) clients.delete(name)
  const inUse = new Set([...clients.values()].map(({ usage }) => usage))
  for (const [group, usage] of groups)
    if (!inUse.has(usage) && usedMsOf(usage) < NEGLIGIBLE_MS) groups.delete(group)
}
