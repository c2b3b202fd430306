/**
 * Returns what a fresh engine needs to make the same node: the node as it was saved last, and the
 * requests that have changed it since. A node reads no clock and no randomness, so the same requests
 * with the same times and random digits have the same effect.
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
    add({ method, params, nowMs, entropy }, tookMs, result) {
      const isPoll = POLLS.has(method)
      if (isPoll && result === NOTHING_NEW && movePoll(changes, method, params, nowMs)) return
      if (isPoll) characters -= forgetPoll(changes, method, params)
      changes.push({ method, params, nowMs, entropy })
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
  /** Keeps a change, which took the engine so many milliseconds and had this result, in JSON. */
  add(change: Change, tookMs: number, result: string | null): void
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
  /** Time that the node was given, in milliseconds since the Unix epoch. */
  readonly nowMs: number
  /** Random hex digits that the node was given. */
  readonly entropy: string
}

/** Any of these is much to repeat: changes, characters of their parameters, milliseconds that they took. */
const LONG = { changes: 1_000, characters: 2 ** 22, ms: 2_000 }

/** A node is saved after so many times the work that saving it takes. */
const WORTH = 5

/** They only move a filter to where the chain is: of several in a row the last one does it all. */
const POLLS = new Set(['eth_getFilterChanges'])

/** Result of a poll that only prolongs the life of its filter. */
const NOTHING_NEW = '[]'

/**
 * Gives the last poll of a filter the time of a later one that found nothing, so that however long a program
 * polls, one such poll of each filter is kept. False where no poll is there. The filter has the later time
 * early then: it was open in between, and a poll that is repeated is never too late (`Node::repeat`).
 */
function movePoll(changes: Change[], method: string, params: string, nowMs: number): boolean {
  const at = changes.findLastIndex((one) => one.method === method && one.params === params)
  const last = changes[at]
  if (last === undefined) return false
  changes[at] = { ...last, nowMs }
  return true
}

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
