/** The requests of one client that wait for their turn, in order. */
export type Lane = {
  /** Resolves when there is room for one more. */
  enter(): Promise<void>
  /** One has ended. */
  leave(): void
  /** There may be more room than before. */
  wake(): void
  /** Lets all in: their client is gone, and they end by themselves. */
  open(): void
}

/**
 * Returns a lane in which as many requests run at once as `room` says when one more is let in. So a client that reads its
 * answers slowly is served slowly.
 */
export function createLane(room: () => number): Lane {
  const waiting: (() => void)[] = []
  let running = 0
  let isOpen = false
  const wake = () => {
    while (waiting.length > 0 && (isOpen || running < room())) {
      running += 1
      waiting.shift()?.()
    }
  }
  return {
    wake,
    enter() {
      const turn = new Promise<void>((resolve) => waiting.push(resolve))
      wake()
      return turn
    },
    leave() {
      running -= 1
      wake()
    },
    open() {
      isOpen = true
      wake()
    },
  }
}
