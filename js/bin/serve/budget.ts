/**
 * Counts what clients hold, such as bytes or requests: so much each, and so much in all, so that none of them
 * takes everything.
 */
export type Budget = {
  /** Takes an amount for a client; where there is too little left, takes nothing and returns whose share is used up. */
  take(client: string, amount: number): 'taken' | 'client' | 'all'
  /** Gives back what was taken. */
  give(client: string, amount: number): void
  /** Sum of what is taken. */
  readonly held: number
}

/** Returns a budget of which nothing is taken. */
export function createBudget({ client: most, all }: createBudget.Parameters): Budget {
  const shares = new Map<string, number>()
  let held = 0
  return {
    get held() {
      return held
    },
    take(client, amount) {
      const share = shares.get(client) ?? 0
      if (share + amount > most) return 'client'
      if (held + amount > all) return 'all'
      held += amount
      if (share + amount > 0) shares.set(client, share + amount)
      return 'taken'
    },
    give(client, amount) {
      const share = (shares.get(client) ?? 0) - amount
      held -= amount
      if (share > 0) shares.set(client, share)
      else shares.delete(client)
    },
  }
}

export declare namespace createBudget {
  type Parameters = {
    /** What one client may hold. */
    client: number
    /** What all of them may hold. */
    all: number
  }
}

/** What nobody has to count: so an honest client with little to say is served where others have taken everything. */
const FREE = 65_536

/** Returns how many bytes of a body or an answer are counted: all but the first 64 KiB. */
export function beyondFree(bytes: number): number {
  return Math.max(bytes - FREE, 0)
}
