/**
 * Returns the journal of a node, from which a fresh engine makes the same node: the last saved node, and the
 * requests that have changed it since. A node reads no clock and no randomness, so the same requests with the
 * same times and random digits have the same effect.
 */
export function createJournal(): Journal {
  let saved: Uint8Array | undefined
  let changes: Change[] = []
  let characters = 0
  let durationMs = 0
  /** Factor of the limits in `LONG`; doubles with each save that was started. */
  let factor = 1
  /** Duration of the changes for which a save is worth its own. */
  let worthMs = 0

  return {
    get saved() {
      return saved
    },
    get changes() {
      return changes
    },
    get isLong() {
      const isLarge =
        changes.length >= LONG.changes * factor || characters >= LONG.characters * factor
      const isSlow = durationMs >= LONG.durationMs * factor
      return (isLarge || isSlow) && durationMs >= worthMs
    },
    add({ method, params, nowMs, entropy }, changeMs, result) {
      const isPoll = POLLS.has(method)
      if (isPoll && result === NOTHING_NEW && movePoll(changes, method, params, nowMs)) return
      if (isPoll) characters -= forgetPoll(changes, method, params)
      changes.push({ method, params, nowMs, entropy })
      characters += params.length
      durationMs += changeMs
    },
    startSaving() {
      factor *= 2
    },
    truncate(node, saveMs) {
      saved = node
      changes = []
      characters = 0
      durationMs = 0
      factor = 1
      worthMs = saveMs * WORTH
    },
  }
}

/** Journal of a node. */
export type Journal = {
  /** Saved node before the changes; `undefined` where they start from the initial one. */
  readonly saved: Uint8Array | undefined
  /** Changes since, in their order. */
  readonly changes: readonly Change[]
  /** Whether the node should be saved, which bounds memory and the time of a recovery. */
  readonly isLong: boolean
  /** Adds a change, which took `changeMs` milliseconds; `result` is in JSON. */
  add(change: Change, changeMs: number, result: string | null): void
  /** Notes that a save was started. If it fails, the next one is due at twice the limits. */
  startSaving(): void
  /** Replaces all changes by the node that they have made, which was saved in `saveMs` milliseconds. */
  truncate(node: Uint8Array, saveMs: number): void
}

/** Request that has changed the node. */
export type Change = {
  readonly method: string
  /** Positional, in JSON. */
  readonly params: string
  /** Clock that the node got, in milliseconds since the Unix epoch. */
  readonly nowMs: number
  /** Random hex digits that the node got. */
  readonly entropy: string
}

/** Limits of a journal: changes, characters of their parameters, and milliseconds that they took. */
const LONG = { changes: 1_000, characters: 2 ** 22, durationMs: 2_000 }

/** Ratio of the duration of the changes to that of a save, from which a save is worth it. */
const WORTH = 5

/** Methods that only move a filter to the head of the chain: of several in a row the last one suffices. */
const POLLS = new Set(['eth_getFilterChanges'])

/** Result of a poll that only extends the life of its filter. */
const NOTHING_NEW = '[]'

/**
 * Sets the time of a filter's last poll to that of a later one that found nothing, so that one such poll of each
 * filter is kept, however long a program polls. Returns false where there is no earlier poll. The repeated filter
 * has the later time early, which is harmless: it was open in between, and a repeated poll is never too late
 * (`Node::repeat`).
 */
function movePoll(changes: Change[], method: string, params: string, nowMs: number): boolean {
  const at = changes.findLastIndex((one) => one.method === method && one.params === params)
  const last = changes[at]
  if (last === undefined) return false
  changes[at] = { ...last, nowMs }
  return true
}

/**
 * Removes the poll that a later one replaces; else a program that polls for a day would cause save after save.
 * Returns the characters of its parameters.
 */
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
