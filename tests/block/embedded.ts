/** What the headers of the embedded blocks say. */
export const embedded = [
  { number: 5526571, transactions: 143, gasUsed: 7_988_261, requests: null },
  { number: 13217637, transactions: 1100, gasUsed: 29_985_362, requests: null },
  { number: 22244135, transactions: 125, gasUsed: 9_145_346, requests: null },
]

/** What `execute` returns for a block that was executed rightly. */
export function rightly({ number, transactions, gasUsed }: (typeof embedded)[number]) {
  return {
    number,
    gasUsed,
    receipts: transactions,
    checks: {
      gasUsed: true,
      receiptsRoot: true,
      logsBloom: true,
      requestsHash: null,
      stateRoot: null,
    },
  }
}
