import type { Receipt } from '../type/wire.js'
import type { EngineRequest } from './message.js'

/**
 * Returns the pending requests: those of callers, each until it has ended.
 *
 * A request ends exactly once: with a result, an error, the death of a worker, an abort or a close. A second end
 * has no effect.
 */
export function createPending(): Pending {
  const entries = new Map<number, Entry>()
  const remove = (id: number): Entry | undefined => {
    const entry = entries.get(id)
    entries.delete(id)
    entry?.release()
    return entry
  }

  return {
    get size() {
      return entries.size
    },
    add(id, request, { signal, onAbort, onProgress, onReceipts }) {
      return new Promise((resolve, reject) => {
        const abort = () => {
          remove(id)
          reject(signal?.reason)
          onAbort(id)
        }
        signal?.addEventListener('abort', abort, { once: true })
        entries.set(id, {
          id,
          request,
          resolve,
          reject,
          onProgress,
          committed: 0,
          onReceipts,
          receipts: 0,
          early: new Map(),
          losses: 0,
          release: () => signal?.removeEventListener('abort', abort),
        })
      })
    },
    get: (id) => entries.get(id),
    ids: () => [...entries.keys()],
    countLoss(id) {
      const entry = entries.get(id)
      if (entry === undefined) return 0
      entry.losses += 1
      return entry.losses
    },
    progress(id, committed, total) {
      const entry = entries.get(id)
      // Several workers report, each over its own channel: messages may overtake each other.
      if (entry === undefined || committed <= entry.committed) return
      entry.committed = committed
      entry.onProgress?.({ committed, total })
    },
    receipts(id, first, receipts) {
      const entry = entries.get(id)
      if (entry === undefined) return
      entry.early.set(first, receipts)
      let next = entry.early.get(entry.receipts)
      while (next !== undefined) {
        entry.early.delete(entry.receipts)
        entry.receipts += next.length
        entry.onReceipts?.(next)
        next = entry.early.get(entry.receipts)
      }
    },
    resolve: (id, result) => remove(id)?.resolve(result),
    reject: (id, error) => remove(id)?.reject(error),
    rejectAll(error) {
      for (const id of [...entries.keys()]) remove(id)?.reject(error)
    },
  }
}

/** Pending requests. */
export type Pending = {
  /** Requests that have not ended. */
  readonly size: number
  /** Resolves or rejects when the request ends. `onAbort` is called after the rejection. */
  add(id: number, request: EngineRequest, options: Pending.Options): Promise<unknown>
  /** Returns the request with this id, if it has not ended. */
  get(id: number): Pending.Request | undefined
  /** Returns the ids of the requests that have not ended. */
  ids(): number[]
  /** Counts an engine that was lost while it ran this request; returns the number so far. */
  countLoss(id: number): number
  progress(id: number, committed: number, total: number): void
  /** Emits receipts from transaction `first` on, once all earlier ones are emitted. */
  receipts(id: number, first: number, receipts: readonly Receipt[]): void
  resolve(id: number, result: unknown): void
  reject(id: number, error: unknown): void
  rejectAll(error: unknown): void
}

export declare namespace Pending {
  type Options = {
    signal: AbortSignal | undefined
    onAbort(id: number): void
    onProgress: ((progress: Progress) => void) | undefined
    /** Called with receipts in block order, each once. Must not throw, and neither must `onProgress`. */
    onReceipts: ((receipts: readonly Receipt[]) => void) | undefined
  }
  type Request = { readonly id: number; readonly request: EngineRequest }
  /** Progress of a request. */
  type Progress = {
    /** Committed transactions. */
    readonly committed: number
    /** Transactions of the block. */
    readonly total: number
  }
}

type Entry = Pending.Request & {
  resolve(result: unknown): void
  reject(error: unknown): void
  onProgress: Pending.Options['onProgress']
  /** Committed transactions in the last report. */
  committed: number
  onReceipts: Pending.Options['onReceipts']
  /** Number of receipts that were emitted. */
  receipts: number
  /** Receipts that overtook earlier ones, by their first transaction. */
  early: Map<number, readonly Receipt[]>
  /** Engines that were lost while they ran the request. */
  losses: number
  release(): void
}
