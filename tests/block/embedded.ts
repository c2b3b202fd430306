/** Facts of the embedded blocks; one has a witness for the state root. */
export const embedded = [
  { number: 19933122, transactions: 45, gasUsed: 2_056_821, stateRoot: null },
  { number: 13217637, transactions: 1100, gasUsed: 29_985_362, stateRoot: null },
  { number: 21429063, transactions: 9, gasUsed: 1_380_489, stateRoot: true },
]

/** Returns what `execute` returns for a block, in part. */
export function expectedOf({
  number,
  transactions,
  gasUsed,
  stateRoot,
}: (typeof embedded)[number]) {
  return {
    number,
    gasUsed,
    receipts: transactions,
    checks: {
      gasUsed: true,
      receiptsRoot: true,
      logsBloom: true,
      requestsHash: null,
      stateRoot,
    },
  }
}
