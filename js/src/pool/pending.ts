import type { Receipt } from '../type/wire.js'
import type { EngineRequest } from './message.js'

/**
 * The requests of one engine until each has ended.
 *
 * A request ends exactly once: with a result, an error, the death of a worker, an abort or a close.
 * Whatever comes second finds it gone and does nothing.
 */
export function createPending(): Pending {
  const entries = new Map<number, Entry>()
  const settle = (id: number): Entry | undefined => {
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
          settle(id)
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
          settled: 0,
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
    lose(id) {
      const entry = entries.get(id)
      if (entry === undefined) return 0
      entry.losses += 1
      return entry.losses
    },
    progress(id, settled, total) {
      const entry = entries.get(id)
      // Several workers report, each over its own channel: one may overtake another.
      if (entry === undefined || settled <= entry.settled) return
      entry.settled = settled
      entry.onProgress?.({ settled, total })
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
    resolve: (id, result) => settle(id)?.resolve(result),
    reject: (id, error) => settle(id)?.reject(error),
    rejectAll(error) {
      for (const id of [...entries.keys()]) settle(id)?.reject(error)
    },
  }
}

export type Pending = {
  /** Requests that have not ended. */
  readonly size: number
  /** Resolves or rejects when the request ends. `onAbort` is told after the promise has been rejected. */
  add(id: number, request: EngineRequest, options: Pending.Options): Promise<unknown>
  /** The request with this id, if it has not ended. */
  get(id: number): Pending.Request | undefined
  /** Ids of the requests that have not ended. */
  ids(): number[]
  /** Counts an engine that was lost while it ran this request; returns how many have been. */
  lose(id: number): number
  progress(id: number, settled: number, total: number): void
  /** Hands on receipts from position `first` on, once all before them have been. */
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
    /** Told receipts in block order, each once. Must not throw, and neither must `onProgress`. */
    onReceipts: ((receipts: readonly Receipt[]) => void) | undefined
  }
  type Request = { readonly id: number; readonly request: EngineRequest }
  /** How far a request is. */
  type Progress = {
    /** Transactions whose result is final. */
    readonly settled: number
    /** Transactions of the block. */
    readonly total: number
  }
}

type Entry = Pending.Request & {
  resolve(result: unknown): void
  reject(error: unknown): void
  onProgress: Pending.Options['onProgress']
  /** The last number that was reported. */
  settled: number
  onReceipts: Pending.Options['onReceipts']
  /** How many were handed on. */
  receipts: number
  /** Receipts that overtook others, by their first position. */
  early: Map<number, readonly Receipt[]>
  /** Engines that were lost while they ran it. */
  losses: number
  release(): void
}
