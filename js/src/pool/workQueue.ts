import type { WorkerHandle } from '../loader/host.js'
import type { FixtureText, FromWorker } from './message.js'

/**
 * Returns the work queue of one block at a time, for workers that share no memory. It gives batches of
 * transactions to the workers that ask, and collects their partial results for the leader.
 *
 * All workers cut the block into the same batches; the first to send them counts. A worker may still ask for
 * a batch of the block before: it gets none.
 */
export function createWorkQueue(): WorkQueue {
  let current: Work | undefined

  /** Answers the questions that can be answered by now. */
  const answer = ({ id, batches, idle, pendingResults, leader, partialResults }: Work) => {
    if (batches !== undefined)
      for (const worker of idle.splice(0))
        worker.post({ type: 'batch', id, batch: batches.shift() ?? null })
    if (pendingResults > 0) return
    for (const worker of leader.splice(0)) worker.post({ type: 'collected', id, partialResults })
  }

  return {
    start(id, fixture, helpers) {
      current = {
        id,
        batches: undefined,
        idle: [],
        pendingResults: helpers.length,
        partialResults: [],
        leader: [],
      }
      for (const helper of helpers) helper.post({ type: 'join', id, fixture })
    },
    receive(worker, message) {
      const work = current?.id === message.id ? current : undefined
      if (work === undefined) {
        if (message.type === 'nextBatch')
          worker.post({ type: 'batch', id: message.id, batch: null })
        return
      }
      switch (message.type) {
        case 'batches':
          // There are some where another worker was faster, or has found the access list wrong.
          work.batches ??= [...message.batches]
          break
        case 'nextBatch':
          work.idle.push(worker)
          break
        case 'partialResult':
          work.pendingResults -= 1
          if (message.partialResult === null) work.batches = []
          else work.partialResults.push(message.partialResult)
          break
        case 'collect':
          work.batches = []
          work.leader.push(worker)
          break
      }
      answer(work)
    },
    end() {
      if (current === undefined) return
      current.batches = []
      current.pendingResults = 0
      answer(current)
    },
  }
}

/** Work queue of a block. */
export type WorkQueue = {
  /** Starts with the block of request `id`, which the leader has already, and sends it to `helpers`. */
  start(id: number, fixture: FixtureText, helpers: readonly WorkerHandle[]): void
  /** Takes a message of `worker`. */
  receive(worker: WorkerHandle, message: WorkQueue.Message): void
  /** Ends the block: no batches are left, and no worker waits for an answer. */
  end(): void
}

export declare namespace WorkQueue {
  /** Types of the messages that belong to a work queue. */
  type MessageType = 'batches' | 'nextBatch' | 'partialResult' | 'collect'
  type Message = Extract<FromWorker, { type: MessageType }>
}

/** State of one block. */
type Work = {
  readonly id: number
  /** Batches that no worker has; absent until a worker has sent them. */
  batches: (readonly number[])[] | undefined
  /** Workers that wait for a batch. */
  readonly idle: WorkerHandle[]
  /** Helpers that have not sent their partial result. */
  pendingResults: number
  readonly partialResults: Uint8Array[]
  /** The leader, once it waits for the partial results. */
  readonly leader: WorkerHandle[]
}
