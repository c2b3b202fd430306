/** Concurrency limit of one client, first come, first served. */
export type Lane = {
  /** Resolves when the request may start. */
  enter(): Promise<void>
  /** Ends a request. */
  leave(): void
  /** Checks the limit again. */
  wake(): void
  /** Removes the limit: the client is gone, and its requests abort themselves. */
  open(): void
}

/**
 * Returns a limit of `room()` concurrent requests, evaluated at each start: a client that reads its answers slowly is
 * served slowly.
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
