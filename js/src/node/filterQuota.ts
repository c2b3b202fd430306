import type { NodeAnswer } from '../type/wire.js'

/** Limit on the filters that each client has open: the node limits their sum, and knows no clients. */
export type FilterQuota = {
  /** Open filters of all clients. */
  readonly size: number
  /** Sends a request to the node, or refuses it: it opens a filter and its client has too many. */
  apply(request: FilterQuota.Request, send: () => Promise<NodeAnswer>): Promise<NodeAnswer>
}

export declare namespace FilterQuota {
  type Request = {
    /** Left out, filters are not counted: the request is of the page or program that owns the engine. */
    client: string | undefined
    method: string
    /** Positional, in JSON. */
    params: string
    /** Milliseconds since the Unix epoch. */
    nowMs: number
  }
}

/** Filters that one client has open at most; a node has 1,000. */
const MOST_FILTERS = 250

/** Milliseconds without a poll after which the node closes a filter. */
const LIFETIME_MS = 5 * 60 * 1_000

const OPENS = new Set(['eth_newBlockFilter', 'eth_newFilter', 'eth_newPendingTransactionFilter'])
const CLOSES_ALL = new Set(['anvil_reset', 'hardhat_reset'])

/** Returns the quota of one node, of which no filter is open. */
export function createFilterQuota(): FilterQuota {
  /** By client and id: time of the last poll in milliseconds since the Unix epoch. */
  const open = new Map<string, Map<string, number>>()
  /** Requests of each client that are about to open a filter. */
  const opening = new Map<string, number>()

  /** Removes filters that the node has closed because nobody polled them. */
  const expire = (nowMs: number) => {
    for (const [client, own] of open) {
      for (const [id, polledMs] of own) if (nowMs - polledMs > LIFETIME_MS) own.delete(id)
      if (own.size === 0) open.delete(client)
    }
  }

  const finish = (client: string, id: string | null, nowMs: number) => {
    const others = (opening.get(client) ?? 1) - 1
    if (others === 0) opening.delete(client)
    else opening.set(client, others)
    if (id === null) return
    const own = open.get(client) ?? new Map<string, number>()
    open.set(client, own.set(id, nowMs))
  }

  return {
    get size() {
      return [...open.values()].reduce((sum, own) => sum + own.size, 0)
    },
    async apply({ client, method, params, nowMs }, send) {
      if (OPENS.has(method) && client !== undefined) {
        expire(nowMs)
        const count = (open.get(client)?.size ?? 0) + (opening.get(client) ?? 0)
        if (count >= MOST_FILTERS) return refused()
        opening.set(client, (opening.get(client) ?? 0) + 1)
        let id: string | null = null
        try {
          const answer = await send()
          id = answer.result
          return answer
        } finally {
          finish(client, id, nowMs)
        }
      }
      const answer = await send()
      if (answer.error !== null) return answer
      if (CLOSES_ALL.has(method)) open.clear()
      const closes = method === 'eth_uninstallFilter'
      if (!closes && method !== 'eth_getFilterChanges') return answer
      // The id as the node wrote it, in JSON; spelt in another way, it stays counted until it expires.
      const id = params.trim().slice(1, -1).trim()
      for (const own of open.values()) {
        if (closes) own.delete(id)
        else if (own.has(id)) own.set(id, nowMs)
      }
      return answer
    },
  }
}

function refused(): NodeAnswer {
  const message = `${MOST_FILTERS} filters of this client are open: uninstall one`
  return {
    result: null,
    error: JSON.stringify({ code: -32005, message }),
    changed: false,
    interval: null,
    notifications: [],
  }
}
