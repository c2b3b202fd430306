/**
 * Returns what a fresh engine needs to make the same node: the node as it was saved last, and the
 * requests that have changed it since. A node reads no clock and no randomness, so the same requests
 * at the same times have the same effect.
 */
export function createJournal(): Journal {
  let saved: Uint8Array | undefined
  let changes: Change[] = []
  let characters = 0
  let ms = 0
  /** How many times as long as `LONG` it may become. */
  let patience = 1
  /** Work that it has to hold before it is worth the time of saving. */
  let worthMs = 0

  return {
    get saved() {
      return saved
    },
    get changes() {
      return changes
    },
    get isLong() {
      const most = (limit: number) => limit * patience
      const isMuch = changes.length >= most(LONG.changes) || characters >= most(LONG.characters)
      return (isMuch && ms >= worthMs) || ms >= Math.max(most(LONG.ms), worthMs)
    },
    add({ method, params, nowMs }, tookMs) {
      if (POLLS.has(method)) characters -= forgetPoll(changes, method, params)
      changes.push({ method, params, nowMs })
      characters += params.length
      ms += tookMs
    },
    trySaving() {
      patience *= 2
    },
    cut(node, tookMs) {
      saved = node
      changes = []
      characters = 0
      ms = 0
      patience = 1
      worthMs = tookMs * WORTH
    },
  }
}

/** What makes a node. */
export type Journal = {
  /** The node before the changes, as it was saved; there is none where it began as it was opened. */
  readonly saved: Uint8Array | undefined
  /** In the order in which they happened. */
  readonly changes: readonly Change[]
  /** Whether the node should be saved, so that neither memory nor the time of a recovery grow without end. */
  readonly isLong: boolean
  /** Keeps a change, which took the engine so many milliseconds. */
  add(change: Change, tookMs: number): void
  /** The node is about to be saved. If nothing comes of it, it is tried again when there is twice as much. */
  trySaving(): void
  /** Replaces all changes by the node that they have made. To save it took so many milliseconds. */
  cut(node: Uint8Array, tookMs: number): void
}

/** A request that has changed the node. */
export type Change = {
  readonly method: string
  /** Positional, in JSON. */
  readonly params: string
  /** The time that the node was told, in milliseconds since the Unix epoch. */
  readonly nowMs: number
}

/** Any of these is much to repeat: changes, characters of their parameters, milliseconds that they took. */
const LONG = { changes: 1_000, characters: 2 ** 22, ms: 2_000 }

/** A node is saved after so many times the work that saving it takes. */
const WORTH = 5

/** They only move a filter to where the chain is: of several in a row the last one does it all. */
const POLLS = new Set(['eth_getFilterChanges'])

/** A program that polls for a day would have the node saved again and again. Returns what it has freed. */
function forgetPoll(changes: Change[], method: string, params: string): number {
  for (let at = changes.length - 1; at >= 0; at -= 1) {
    const change = changes[at]
    if (change === undefined || !POLLS.has(change.method)) return 0
    if (change.method !== method || change.params !== params) continue
    changes.splice(at, 1)
    return params.length
  }
  return 0
}
