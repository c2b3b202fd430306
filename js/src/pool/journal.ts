/**
 * Returns the requests that have changed a node, from which a fresh engine makes the same node: a
 * node reads no clock and no randomness, so the same requests at the same times have the same effect.
 */
export function createJournal(): Journal {
  const changes: Change[] = []
  return {
    changes,
    add({ method, params, nowMs }) {
      if (POLLS.has(method)) forgetPoll(changes, method, params)
      changes.push({ method, params, nowMs })
    },
  }
}

/** What has changed a node. */
export type Journal = {
  /** In the order in which they happened. */
  readonly changes: readonly Change[]
  add(change: Change): void
}

/** A request that has changed the node. */
export type Change = {
  readonly method: string
  /** Positional, in JSON. */
  readonly params: string
  /** The time that the node was told, in milliseconds since the Unix epoch. */
  readonly nowMs: number
}

/** They only move a filter to where the chain is: of several in a row the last one does it all. */
const POLLS = new Set(['eth_getFilterChanges'])

/** A program that polls for a day would fill the memory. */
function forgetPoll(changes: Change[], method: string, params: string): void {
  for (let at = changes.length - 1; at >= 0; at -= 1) {
    const change = changes[at]
    if (change === undefined || !POLLS.has(change.method)) return
    if (change.method === method && change.params === params) return void changes.splice(at, 1)
  }
}
