/**
 * Returns the order in which requests begin. Clients take turns: the one that has the fewest under way goes
 * first, of those the one that has used least time, however many requests each has sent.
 *
 * Requests of one client appear to run one after the other, as they came: a read may run beside other reads of
 * its client, and a change only when all that its client has sent before has ended. Readers answer reads only,
 * and the engine only changes as long as there are readers.
 *
 * @param readers - Workers that answer reads beside the engine. One client has half of them at most.
 */
export function createTurns(readers: number): Turns {
  const clients = new Map<string, Client>()
  const owners = new Map<number, Client>()
  const mostReaders = Math.max(1, Math.ceil(readers / 2))

  const clientOf = (name: string) => {
    const known = clients.get(name)
    if (known !== undefined) return known
    forgetIdle(clients)
    const client: Client = { waiting: new Map(), running: new Map(), usedMs: 0, usedAt: 0 }
    clients.set(name, client)
    return client
  }

  /** Returns the request of `client` that may begin on such a worker. */
  const startable = ({ waiting, running }: Client, worker: Turns.Worker): Turn | undefined => {
    const { value: head } = waiting.values().next()
    if (head === undefined) return undefined
    if (readers === 0 || !head.isRead)
      return worker === 'engine' && running.size === 0 ? head : undefined
    if (worker === 'engine' || running.size >= mostReaders) return undefined
    for (const turn of running.values()) if (!turn.isRead) return undefined
    return head
  }

  return {
    add(id, name, isRead) {
      const client = clientOf(name)
      client.waiting.set(id, { id, isRead })
      owners.set(id, client)
    },
    begin(worker) {
      let least: { client: Client; turn: Turn; usedMs: number } | undefined
      for (const client of clients.values()) {
        const turn = startable(client, worker)
        if (turn === undefined) continue
        const usedMs = used(client)
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
    back(id) {
      const client = owners.get(id)
      const turn = client?.running.get(id)
      if (client === undefined || turn === undefined) return
      client.running.delete(id)
      // In the order of the ids, in which they came.
      const turns = [...client.waiting.values(), turn].sort((a, b) => a.id - b.id)
      client.waiting = new Map(turns.map((turn) => [turn.id, turn]))
    },
    end(id, tookMs) {
      const client = owners.get(id)
      if (client === undefined) return
      owners.delete(id)
      client.waiting.delete(id)
      if (!client.running.delete(id)) return
      client.usedMs = used(client) + tookMs
      client.usedAt = performance.now()
    },
    get waiting() {
      return owners.size
    },
  }
}

/** The order in which requests begin. */
export type Turns = {
  /** Adds a request behind those of its client. Ids grow. */
  add(id: number, client: string, isRead: boolean): void
  /** Returns the request that begins next on an idle worker, if there is one for it. */
  begin(worker: Turns.Worker): number | undefined
  /** Lets a request that had begun wait again, in its old place. */
  back(id: number): void
  /** A request has ended, or is not wanted any more; it took a worker so many milliseconds. */
  end(id: number, tookMs: number): void
  /** Requests that have not ended. */
  readonly waiting: number
}

export declare namespace Turns {
  /** What begins a request. */
  type Worker = 'engine' | 'reader'
}

type Turn = { readonly id: number; readonly isRead: boolean }

type Client = {
  /** In the order in which they came. */
  waiting: Map<number, Turn>
  readonly running: Map<number, Turn>
  /** Milliseconds that its requests have taken, of which half is forgotten every {@link HALF_LIFE_MS}. */
  usedMs: number
  /** When that was so. */
  usedAt: number
}

/** A client that was busy a minute ago is as good as any. */
const HALF_LIFE_MS = 5_000

/** Clients that have nothing to do are forgotten beyond so many. */
const MOST_IDLE = 1_024

function used({ usedMs, usedAt }: Client): number {
  return usedMs === 0 ? 0 : usedMs * 2 ** ((usedAt - performance.now()) / HALF_LIFE_MS)
}

function forgetIdle(clients: Map<string, Client>): void {
  if (clients.size < MOST_IDLE) return
  for (const [name, { waiting, running }] of clients)
    if (waiting.size === 0 && running.size === 0) clients.delete(name)
}
