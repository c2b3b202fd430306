import type { WorkerHandle } from '../loader/host.js'
import type { FixtureText, FromWorker } from './message.js'

/**
 * Hands out the pieces of one block at a time to workers that share no memory, as they ask, and
 * gathers what they have run. All cut the block into the same pieces, and the first is heard. One of
 * them leads: it gets what is gathered.
 *
 * A worker may be late and ask for the block before. It is told that there is no more.
 */
export function createHandout(): Handout {
  let current: Run | undefined

  /** Answers whoever can be answered. */
  const serve = ({ id, pieces, idle, helping, leader, chunks }: Run) => {
    if (pieces !== undefined)
      for (const worker of idle.splice(0))
        worker.post({ type: 'piece', id, piece: pieces.shift() ?? null })
    if (helping > 0) return
    for (const worker of leader.splice(0)) worker.post({ type: 'chunks', id, chunks })
  }

  return {
    begin(id, fixture, helpers) {
      current = {
        id,
        pieces: undefined,
        idle: [],
        helping: helpers.length,
        chunks: [],
        leader: [],
      }
      for (const helper of helpers) helper.post({ type: 'help', id, fixture })
    },
    hear(worker, message) {
      const run = current?.id === message.id ? current : undefined
      if (run === undefined) {
        if (message.type === 'next') worker.post({ type: 'piece', id: message.id, piece: null })
        return
      }
      switch (message.type) {
        case 'pieces':
          // Another was faster to cut the block, or to find the list wrong.
          run.pieces ??= [...message.pieces]
          break
        case 'next':
          run.idle.push(worker)
          break
        case 'chunk':
          run.helping -= 1
          if (message.chunk === null) run.pieces = []
          else run.chunks.push(message.chunk)
          break
        case 'gather':
          run.pieces = []
          run.leader.push(worker)
          break
      }
      serve(run)
    },
    end() {
      if (current === undefined) return
      current.pieces = []
      current.helping = 0
      serve(current)
    },
  }
}

export type Handout = {
  /** Asks `helpers` to help with request `id`, of which another worker has been told. */
  begin(id: number, fixture: FixtureText, helpers: readonly WorkerHandle[]): void
  /** Takes what `worker` says. */
  hear(worker: WorkerHandle, message: Extract<FromWorker, { type: Handout.Kind }>): void
  /** Hands out no more, and lets nobody wait: the request has ended, or is to end. */
  end(): void
}

export declare namespace Handout {
  /** The messages that belong to it. */
  type Kind = 'pieces' | 'next' | 'chunk' | 'gather'
}

type Run = {
  readonly id: number
  /** Not handed out yet; absent until a worker has given them. */
  pieces: (readonly number[])[] | undefined
  /** Workers that wait for a piece. */
  readonly idle: WorkerHandle[]
  /** Helpers that have not sent their chunk. */
  helping: number
  readonly chunks: Uint8Array[]
  /** The leader, once it waits for the chunks. */
  readonly leader: WorkerHandle[]
}
