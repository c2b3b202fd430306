/**
 * Returns the order in which requests begin. Clients take turns: the one that has the fewest under way goes
 * first, of those the one that has used least time, however many requests each has sent.
 *
 * Requests of one client appear to run one after the other, as they came: a read may run beside other reads of
 * its client, and a change only when all that its client has sent before has ended. Readers answer reads only,
 * and the engine only changes as long as there are readers.
 *
 * One of several readers is the express: it takes only reads that are not known to be long. So those that are short
 * are answered soon although all other readers are at something long.
 *
 * @param readers - Workers that answer reads beside the engine. One client has half of them at most.
 */
export function createTurns(readers: number): Turns {
  const clients = new Map<string, Client>()
  const groups = new Map<string, Use>()
  const owners = new Map<number, Client>()
  const mostReaders = Math.max(1, Math.ceil(readers / 2))

  const clientOf = (name: string) => {
    const known = clients.get(name)
    if (known !== undefined) return known
    forgetIdle(clients, groups)
    const [group = name] = name.split(GROUP_END, 1)
    const use = groups.get(group) ?? { ms: 0, at: 0 }
    groups.set(group, use)
    const client: Client = { waiting: new Map(), running: new Map(), use }
    clients.set(name, client)
    return client
  }

  /** Returns the request of `client` that may begin on such a worker. */
  const startable = ({ waiting, running }: Client, worker: Turns.Worker) => {
    const { value: head } = waiting.values().next()
    if (head === undefined) return undefined
    if (worker === 'express' && head.isLong) return undefined
    if (readers === 0 || !head.isRead)
      return worker === 'engine' && running.size === 0 ? head : undefined
    if (worker === 'engine' || running.size >= mostReaders) return undefined
    for (const turn of running.values()) if (!turn.isRead) return undefined
    return head
  }

  return {
    add(id, name, isRead) {
      const client = clientOf(name)
      client.waiting.set(id, { id, isRead, isLong: false })
      owners.set(id, client)
    },
    begin(worker) {
      let least: { client: Client; turn: Turn; usedMs: number } | undefined
      for (const client of clients.values()) {
        const turn = startable(client, worker)
        if (turn === undefined) continue
        const usedMs = used(client.use)
        const isLess =
          least === undefined ||
          client.running.size < least.client.running.size ||
          (client.running.size === least.client.running.size && usedMs < least.usedMs)
        if (isLess) least = { client, turn, usedMs }
      }
      if (least === undefined) return undefined
      const { client, turn } = least
      client.waiting.delete(turn.id)
      client.running.set(turn.id, turn)
      return turn.id
    },
    back(id, isLong = false) {
      const client = owners.get(id)
      const turn = client?.running.get(id)
      if (client === undefined || turn === undefined) return
      client.running.delete(id)
      const again = { ...turn, isLong: isLong || turn.isLong }
      // In the order of the ids, in which they came.
      const turns = [...client.waiting.values(), again].sort((a, b) => a.id - b.id)
      client.waiting = new Map(turns.map((turn) => [turn.id, turn]))
    },
    end(id, tookMs) {
      const client = owners.get(id)
      if (client === undefined) return
      owners.delete(id)
      client.waiting.delete(id)
      if (!client.running.delete(id)) return
      client.use.ms = used(client.use) + tookMs
      client.use.at = performance.now()
    },
    get waiting() {
      return owners.size
    },
  }
}

/** The order in which requests begin. */
export type Turns = {
  /**
   * Adds a request behind those of its client. Ids grow. Clients whose names are the same up to a `#` are of one
   * group: what one uses, counts for all of them.
   */
  add(id: number, client: string, isRead: boolean): void
  /** Returns the request that begins next on an idle worker, if there is one for it. */
  begin(worker: Turns.Worker): number | undefined
  /** Lets a request that had begun wait again, in its old place. One that is long is none for the express. */
  back(id: number, isLong?: boolean): void
  /** A request has ended, or is not wanted any more; it took a worker so many milliseconds. */
  end(id: number, tookMs: number): void
  /** Requests that have not ended. */
  readonly waiting: number
}

export declare namespace Turns {
  /** What begins a request. */
  type Worker = 'engine' | 'reader' | 'express'
}

type Turn = { readonly id: number; readonly isRead: boolean; readonly isLong: boolean }

type Client = {
  /** In the order in which they came. */
  waiting: Map<number, Turn>
  readonly running: Map<number, Turn>
  /** Of its group. */
  readonly use: Use
}

/** Time that requests have taken. */
type Use = {
  /** Milliseconds, of which half is forgotten every {@link HALF_LIFE_MS}. */
  ms: number
  /** When that was so. */
  at: number
}

/** Ends the name of a group in the name of a client. */
const GROUP_END = '#'

/** A client that was busy a minute ago is as good as any. */
const HALF_LIFE_MS = 5_000

/** Clients that have nothing to do are forgotten beyond so many. */
const MOST_IDLE = 1_024

function used({ ms, at }: Use): number {
  return ms === 0 ? 0 : ms * 2 ** ((at - performance.now()) / HALF_LIFE_MS)
}

function forgetIdle(clients: Map<string, Client>, groups: Map<string, Use>): void {
  if (clients.size < MOST_IDLE) return
  for (const [name, { waiting, running }] of clients)
    if (waiting.size === 0 && running.size === 0) clients.delete(name)
  const inUse = new Set([...clients.values()].map(({ use }) => use))
  for (const [group, use] of groups)
    if (!inUse.has(use) && used(use) < FORGOTTEN_MS) groups.delete(group)
}

/** What a group has used that is as good as nothing. */
const FORGOTTEN_MS = 1
