import type { NodeClient } from './client.js'

/** Longest delay of a timer, 25 days; a longer one would fire at once. */
const MOST_TIMER_MS = 2 ** 31 - 1

/** Timer that mines blocks at an interval: the node has none. */
export type IntervalMiner = {
  /** Sets the seconds between two blocks; `null` stops mining. */
  setInterval(seconds: number | null): void
}

/** Returns a stopped miner of `node`. Its timer does not keep a Node.js process alive. */
export function createIntervalMiner(node: Pick<NodeClient, 'request'>): IntervalMiner {
  let seconds: number | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  const wait = () => {
    if (seconds === null) return
    timer = setTimeout(mine, Math.min(seconds * 1000, MOST_TIMER_MS))
    if (typeof timer === 'object') timer.unref()
  }
  const mine = async () => {
    const own = timer
    // One after the other: a slow block must not pile up others behind it.
    await node.request('evm_mine').catch(() => {
      // The engine was lost or closed. After a restart the next block is mined.
    })
    if (own === timer) wait()
  }
  return {
    setInterval(next) {
      if (next === seconds) return
      seconds = next
      clearTimeout(timer)
      timer = undefined
      wait()
    },
  }
}
