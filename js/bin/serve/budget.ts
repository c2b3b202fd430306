/**
 * Budget of a resource, such as bytes or requests: a limit for each client, and one for all.
 */
export type Budget = {
  /** Takes an amount for a client, or nothing; returns the exceeded limit. */
  take(client: string, amount: number): 'taken' | 'client' | 'all'
  /** Returns a taken amount to the budget. */
  give(client: string, amount: number): void
  /** Sum of the taken amounts. */
  readonly held: number
}

/** Returns an unused budget. */
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
    /** Limit of one client. */
    client: number
    /** Limit of all clients. */
    all: number
  }
}

/** Uncounted bytes of each body or answer: small requests are served where others used up the budget. */
const FREE = 65_536

/** Returns the counted bytes of a body or an answer: all but the first 64 KiB. */
export function beyondFree(bytes: number): number {
  return Math.max(bytes - FREE, 0)
}
