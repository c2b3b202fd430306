// Written from crate/wasm/src/wire.rs by its test, with PAREVM_WRITE=1 in the environment.

/** Bytes as `0x` and two digits each. */
export type Hex = `0x${string}`

/**
 * What a block did.
 */
export type BlockOutcome = {
  /**
   * Height of the block.
   */
  number: bigint
  /**
   * Receipts in block order.
   */
  receipts: Array<Receipt>
  /**
   * Gas used by all transactions, in gas units.
   */
  gasUsed: bigint
  /**
   * Blob gas used by all transactions, in blob gas units.
   */
  blobGasUsed: bigint
  /**
   * Bloom over all logs.
   */
  logsBloom: Hex
  /**
   * Root of the receipt trie; `null` before Byzantium, where receipts hold state roots.
   */
  receiptsRoot: Hex | null
  /**
   * Hash of the requests (EIP-7685); `null` before Prague and where a system contract is missing.
   */
  requestsHash: Hex | null
  /**
   * Comparison with what the header claims.
   */
  checks: Checks
  /**
   * What the block changed, sorted by address.
   */
  stateDiff: Array<AccountChange>
  /**
   * What the block read and wrote (EIP-7928), sorted by address; `null` unless asked for.
   */
  blockAccessList: Array<AccountAccess> | null
  /**
   * Which executor ran, why, and how much it ran.
   */
  schedule: Schedule
  /**
   * Milliseconds of the execution: from the decoded block and state to receipts and state diff.
   */
  ms: number
}

/**
 * For each claim of the header, whether the outcome fits; `null` where it cannot be told.
 */
export type Checks = {
  /**
   * Gas used.
   */
  gasUsed: boolean | null
  /**
   * Root of the receipt trie.
   */
  receiptsRoot: boolean | null
  /**
   * Bloom over all logs.
   */
  logsBloom: boolean | null
  /**
   * Hash of the requests (EIP-7685).
   */
  requestsHash: boolean | null
  /**
   * Root of the state after the block.
   */
  stateRoot: boolean | null
}

/**
 * The receipt of one transaction.
 */
export type Receipt = {
  /**
   * Hash of the transaction; `null` where the input had neither hash nor signature.
   */
  transactionHash: Hex | null
  /**
   * Position in the block, from zero.
   */
  transactionIndex: number
  /**
   * Kind of the transaction.
   */
  type: TransactionType
  /**
   * Sender.
   */
  from: Hex
  /**
   * Receiver; `null` for a contract creation.
   */
  to: Hex | null
  /**
   * The created contract.
   */
  contractAddress: Hex | null
  /**
   * `reverted` where the transaction reverted or halted.
   */
  status: Status
  /**
   * Gas used by this transaction, in gas units.
   */
  gasUsed: bigint
  /**
   * Gas used by this transaction and all before it, in gas units.
   */
  cumulativeGasUsed: bigint
  /**
   * Wei per gas that the sender paid.
   */
  effectiveGasPrice: bigint
  /**
   * Blob gas used by this transaction, in blob gas units.
   */
  blobGasUsed: bigint
  /**
   * Bloom over the logs.
   */
  logsBloom: Hex
  /**
   * Logs in the order they were written.
   */
  logs: Array<Log>
}

/**
 * Kind of a transaction.
 */
export type TransactionType = 'legacy' | 'eip2930' | 'eip1559' | 'eip4844' | 'eip7702'

/**
 * How a transaction ended.
 */
export type Status = 'success' | 'reverted'

/**
 * An event that a transaction wrote.
 */
export type Log = {
  /**
   * The contract that wrote it.
   */
  address: Hex
  /**
   * Up to four indexed words.
   */
  topics: Hex[]
  /**
   * Everything else.
   */
  data: Hex
  /**
   * Position among all logs of the block, from zero.
   */
  logIndex: number
}

/**
 * What a block changed in one account.
 */
export type AccountChange = {
  /**
   * Whose change this is.
   */
  address: Hex
  /**
   * The account after the block; `null` where it is gone.
   */
  account: Account | null
  /**
   * Whether every slot that is not listed became zero.
   */
  storageReset: boolean
  /**
   * New values of changed slots, sorted by slot.
   */
  slots: Array<Slot>
}

/**
 * An account after the block.
 */
export type Account = {
  /**
   * Balance in wei.
   */
  balance: bigint
  /**
   * Transactions sent, or contracts created.
   */
  nonce: number
  /**
   * Hash of the code.
   */
  codeHash: Hex
  /**
   * The code, where the block changed it; else `null`.
   */
  code: Hex | null
}

/**
 * One word of storage.
 */
export type Slot = {
  /**
   * Its key, 32 bytes.
   */
  slot: Hex
  /**
   * Its value after the block, 32 bytes.
   */
  value: Hex
}

/**
 * What a block reads and writes in one account (EIP-7928).
 */
export type AccountAccess = {
  /**
   * Which account.
   */
  address: Hex
  /**
   * Slots that the block changes, sorted by key.
   */
  storageChanges: Array<SlotAccess>
  /**
   * Slots that it only reads, sorted.
   */
  storageReads: Hex[]
  /**
   * Balances in wei.
   */
  balanceChanges: Array<BalanceAccess>
  /**
   * Nonces.
   */
  nonceChanges: Array<NonceAccess>
  /**
   * Codes.
   */
  codeChanges: Array<CodeAccess>
}

/**
 * The changes of one slot.
 */
export type SlotAccess = {
  /**
   * Its key, 32 bytes.
   */
  key: Hex
  /**
   * Its values, in block order.
   */
  changes: Array<WordAccess>
}

/**
 * A word of storage after one step of the block.
 */
export type WordAccess = {
  /**
   * 0 before the transactions, 1 for the first of them.
   */
  index: number
  /**
   * Its value, 32 bytes.
   */
  value: Hex
}

/**
 * A balance after one step of the block.
 */
export type BalanceAccess = {
  /**
   * 0 before the transactions, 1 for the first of them.
   */
  index: number
  /**
   * Wei.
   */
  value: bigint
}

/**
 * A nonce after one step of the block.
 */
export type NonceAccess = {
  /**
   * 0 before the transactions, 1 for the first of them.
   */
  index: number
  /**
   * The nonce.
   */
  value: number
}

/**
 * A code after one step of the block.
 */
export type CodeAccess = {
  /**
   * 0 before the transactions, 1 for the first of them.
   */
  index: number
  /**
   * The code.
   */
  code: Hex
}

/**
 * Which executor ran, why, and how much it ran.
 */
export type Schedule = {
  /**
   * The executor that ran.
   */
  executor: 'parallel' | 'sequential' | 'bal'
  /**
   * Why this one, in words.
   */
  reason: string
  /**
   * Why the block was not run by its access list, where one was given and `bal` asked for.
   */
  balMismatch: Mismatch | null
  /**
   * Threads that executed transactions.
   */
  threads: number
  /**
   * Complete runs of transactions, the first ones included.
   */
  executions: number
  /**
   * Runs beyond the first.
   */
  reExecutions: number
  /**
   * Every run of every transaction, by transaction and then by time; `null` unless asked for.
   */
  timeline: Array<Incarnation> | null
}

/**
 * One run of one transaction. Times are in nanoseconds since the block began; how fine they are,
 * the host decides.
 */
export type Incarnation = {
  /**
   * Position of the transaction in the block, from zero.
   */
  transactionIndex: number
  /**
   * Number of the thread that ran it, from zero.
   */
  worker: number
  /**
   * When it ran, in order: more than one where it waited between.
   */
  spans: Array<Span>
  /**
   * For whom it waited, in order.
   */
  waits: Array<Wait>
  /**
   * `final` where its result is the result; `rerun` where its guess was wrong.
   */
  outcome: IncarnationOutcome
  /**
   * Why the transaction ran again; `null` where the run is final.
   */
  cause: Cause | null
}

/**
 * A stretch of time.
 */
export type Span = {
  /**
   * When it began, in nanoseconds since the block began.
   */
  startNs: number
  /**
   * When it ended, in nanoseconds since the block began.
   */
  endNs: number
}

/**
 * A wait for a lower transaction.
 */
export type Wait = {
  /**
   * Position in the block of the transaction that was waited for.
   */
  transactionIndex: number
  /**
   * When it began, in nanoseconds since the block began.
   */
  startNs: number
  /**
   * When it ended, in nanoseconds since the block began.
   */
  endNs: number
}

/**
 * What became of a run.
 */
export type IncarnationOutcome = 'final' | 'rerun'

/**
 * The first part of the state that held another value than a run relied on.
 */
export type Cause = {
  /**
   * The account; `null` where the run failed on what it saw.
   */
  address: Hex | null
  /**
   * The slot of the account's storage, 32 bytes; `null` where it was the account itself.
   */
  slot: Hex | null
  /**
   * The same in words.
   */
  words: string
}

/**
 * Why a block was not run by the access list that was given for it.
 */
export type Mismatch = {
  /**
   * `unsuitable` where no list tells enough: an old fork, or a storage that was emptied.
   */
  kind: 'malformed' | 'differs' | 'unsuitable'
  /**
   * In words.
   */
  message: string
  /**
   * The account, where it is about one.
   */
  address: Hex | null
  /**
   * Where in the block, as in the list, where it is about a change.
   */
  index: number | null
}

/**
 * A block, executed and timed beside a plain loop of revm.
 */
export type Replay = {
  /**
   * Height of the block.
   */
  number: number
  /**
   * Transactions of the block.
   */
  transactions: number
  /**
   * Gas used by all transactions, in gas units.
   */
  gasUsed: number
  /**
   * Comparison with what the header claims.
   */
  checks: Checks
  /**
   * Whether receipts, roots and state are those of sequential execution.
   */
  equalsSequential: boolean
  /**
   * Which executor ran, why, and how much it ran.
   */
  schedule: Schedule
  /**
   * Milliseconds that plain revm takes; this and the next are medians.
   */
  plainMs: number
  /**
   * Milliseconds that sequential execution takes.
   */
  sequentialMs: number
  /**
   * Milliseconds that the executor takes that was asked for.
   */
  parallelMs: number
  /**
   * Milliseconds that a run by the block's access list takes; `null` where there can be none.
   */
  balMs: number | null
  /**
   * Milliseconds that the slowest transaction takes in plain revm.
   */
  longestMs: number
}

/**
 * What a node answers to a request.
 */
export type NodeAnswer = {
  /**
   * The result, in JSON; `null` where there is an error.
   */
  result: string | null
  /**
   * What went wrong: an error object of JSON-RPC, in JSON.
   */
  error: string | null
  /**
   * True when the node is another one than before.
   */
  changed: boolean
  /**
   * Seconds between blocks, where the node makes them by time.
   */
  interval: number | null
  /**
   * What subscribers are to be told: each the `params` of an `eth_subscription`, in JSON.
   */
  notifications: Array<string>
}
