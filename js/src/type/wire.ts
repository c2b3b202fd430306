// Written from crate/wasm/src/block/wire.rs by its test, with PAREVM_WRITE=1 in the environment.

/** Bytes as `0x` and two digits each. */
export type Hex = `0x${string}`

/**
 * Outcome of a block.
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
   * Comparison with the header.
   */
  checks: HeaderChecks
  /**
   * Changed accounts, sorted by address.
   */
  stateDiff: Array<AccountChange>
  /**
   * Block access list (EIP-7928), sorted by address; `null` unless requested.
   */
  blockAccessList: Array<BalAccount> | null
  /**
   * Executor and threads, with the reason for them.
   */
  plan: ExecutionPlan
  /**
   * Counts of the execution.
   */
  statistics: ExecutionStatistics
  /**
   * Incarnations, by transaction and then by time; `null` unless requested.
   */
  timeline: Array<Incarnation> | null
  /**
   * Execution time in milliseconds: from the decoded block and state to receipts and state diff.
   */
  timeMs: number
}

/**
 * Whether the outcome equals the header; `null` where the header or the state lacks what to compare.
 */
export type HeaderChecks = {
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
 * Receipt of one transaction.
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
   * Type of the transaction.
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
   * Address of the created contract; `null` for other transactions.
   */
  contractAddress: Hex | null
  /**
   * `reverted` where the transaction reverted or halted.
   */
  status: ReceiptStatus
  /**
   * Gas used by this transaction, in gas units.
   */
  gasUsed: bigint
  /**
   * Gas used by this transaction and all lower ones, in gas units.
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
   * Logs in the order of their emission.
   */
  logs: Array<ReceiptLog>
}

/**
 * Type of a transaction.
 */
export type TransactionType = 'legacy' | 'eip2930' | 'eip1559' | 'eip4844' | 'eip7702'

/**
 * Status of a transaction.
 */
export type ReceiptStatus = 'success' | 'reverted'

/**
 * Log of a transaction.
 */
export type ReceiptLog = {
  /**
   * Contract that emitted it.
   */
  address: Hex
  /**
   * Up to four indexed words, the event signature among them.
   */
  topics: Hex[]
  /**
   * Unindexed part of the event.
   */
  data: Hex
  /**
   * Position among all logs of the block, from zero.
   */
  logIndex: number
}

/**
 * Change of one account by a block.
 */
export type AccountChange = {
  /**
   * Address of the account.
   */
  address: Hex
  /**
   * Account after the block; `null` where it was deleted.
   */
  account: AccountState | null
  /**
   * True where every unlisted slot became zero.
   */
  storageReset: boolean
  /**
   * New values of changed slots, sorted by slot.
   */
  slots: Array<StorageSlot>
}

/**
 * Account after the block.
 */
export type AccountState = {
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
   * Code, where the block changed it; else `null`.
   */
  code: Hex | null
}

/**
 * Storage slot after the block.
 */
export type StorageSlot = {
  /**
   * Key, 32 bytes.
   */
  slot: Hex
  /**
   * Value after the block, 32 bytes.
   */
  value: Hex
}

/**
 * Accesses of a block to one account (EIP-7928).
 */
export type BalAccount = {
  /**
   * Address of the account.
   */
  address: Hex
  /**
   * Changed slots, sorted by key.
   */
  storageChanges: Array<BalSlot>
  /**
   * Slots that are only read, sorted.
   */
  storageReads: Hex[]
  /**
   * Balances, in block order.
   */
  balanceChanges: Array<BalBalance>
  /**
   * Nonces, in block order.
   */
  nonceChanges: Array<BalNonce>
  /**
   * Codes, in block order.
   */
  codeChanges: Array<BalCode>
}

/**
 * Changes of one slot.
 */
export type BalSlot = {
  /**
   * Key, 32 bytes.
   */
  key: Hex
  /**
   * Values, in block order.
   */
  changes: Array<BalWord>
}

/**
 * Storage value after one index of the block.
 */
export type BalWord = {
  /**
   * Block access index: 0 for the pre-execution changes, 1 for the first transaction.
   */
  index: number
  /**
   * Value, 32 bytes.
   */
  value: Hex
}

/**
 * Balance after one index of the block.
 */
export type BalBalance = {
  /**
   * Block access index: 0 for the pre-execution changes, 1 for the first transaction.
   */
  index: number
  /**
   * Balance in wei.
   */
  value: bigint
}

/**
 * Nonce after one index of the block.
 */
export type BalNonce = {
  /**
   * Block access index: 0 for the pre-execution changes, 1 for the first transaction.
   */
  index: number
  /**
   * The nonce.
   */
  value: number
}

/**
 * Code after one index of the block.
 */
export type BalCode = {
  /**
   * Block access index: 0 for the pre-execution changes, 1 for the first transaction.
   */
  index: number
  /**
   * The code.
   */
  code: Hex
}

/**
 * Executor and threads that ran a block.
 */
export type ExecutionPlan = {
  /**
   * Executor that ran the block.
   */
  executor: 'parallel' | 'sequential' | 'bal'
  /**
   * Reason for this executor, as text.
   */
  reason: string
  /**
   * Reason for not using the access list, where `bal` was requested and a list was given.
   */
  balMismatch: BalMismatch | null
  /**
   * Threads that executed transactions.
   */
  threads: number
}

/**
 * Counts of one execution.
 */
export type ExecutionStatistics = {
  /**
   * Completed incarnations of all transactions.
   */
  executions: number
  /**
   * Incarnations beyond the first of each transaction.
   */
  reExecutions: number
}

/**
 * Incarnation: one execution of one transaction. Times are in nanoseconds since the start of the block; the host
 * limits their resolution.
 */
export type Incarnation = {
  /**
   * Position of the transaction in the block, from zero.
   */
  transactionIndex: number
  /**
   * Thread that executed it, from zero.
   */
  worker: number
  /**
   * Times of execution, in order: more than one where it was suspended.
   */
  spans: Array<TimeSpan>
  /**
   * Waits for lower transactions, in order.
   */
  waits: Array<IncarnationWait>
  /**
   * `committed`, or `aborted` where its validation failed.
   */
  outcome: IncarnationOutcome
  /**
   * Reason of the abort; `null` where the incarnation was committed.
   */
  conflict: Conflict | null
}

/**
 * Interval of time.
 */
export type TimeSpan = {
  /**
   * Nanoseconds from the start of the block to the start of the interval.
   */
  startNs: number
  /**
   * Nanoseconds from the start of the block to the end of the interval.
   */
  endNs: number
}

/**
 * Wait of a suspended incarnation for a lower transaction.
 */
export type IncarnationWait = {
  /**
   * Position in the block of the lower transaction.
   */
  transactionIndex: number
  /**
   * Nanoseconds from the start of the block to the start of the interval.
   */
  startNs: number
  /**
   * Nanoseconds from the start of the block to the end of the interval.
   */
  endNs: number
}

/**
 * Outcome of an incarnation.
 */
export type IncarnationOutcome = 'committed' | 'aborted'

/**
 * First location of the read set whose value had changed at validation.
 */
export type Conflict = {
  /**
   * Account; `null` where the incarnation failed on an inconsistent state.
   */
  address: Hex | null
  /**
   * Storage slot of the account, 32 bytes; `null` for the account itself.
   */
  slot: Hex | null
  /**
   * Description of the conflict.
   */
  message: string
}

/**
 * Reason for not executing a block by the access list that was given for it.
 */
export type BalMismatch = {
  /**
   * `unsuitable` where no list can express the block: an old fork, or cleared storage.
   */
  kind: 'malformed' | 'differs' | 'unsuitable'
  /**
   * Description of the mismatch.
   */
  message: string
  /**
   * Account of the mismatch, where it concerns one.
   */
  address: Hex | null
  /**
   * Block access index of the mismatch, where it concerns a change.
   */
  index: number | null
}

/**
 * Times of a block, beside plain revm.
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
   * Comparison with the header.
   */
  checks: HeaderChecks
  /**
   * Whether receipts, roots and state equal those of sequential execution.
   */
  equalsSequential: boolean
  /**
   * Executor and threads, with the reason for them.
   */
  plan: ExecutionPlan
  /**
   * Counts of the execution.
   */
  statistics: ExecutionStatistics
  /**
   * Median time of plain revm, in milliseconds.
   */
  plainMs: number
  /**
   * Median time of sequential execution, in milliseconds.
   */
  sequentialMs: number
  /**
   * Median time of the requested executor, in milliseconds.
   */
  parallelMs: number
  /**
   * Median time by the block access list, in milliseconds; `null` where there is no usable list.
   */
  balMs: number | null
  /**
   * Time of the slowest transaction in plain revm, in milliseconds.
   */
  longestMs: number
}

/**
 * Answer of the node to a request.
 */
export type NodeAnswer = {
  /**
   * The result, in JSON; `null` where there is an error.
   */
  result: string | null
  /**
   * Error object of JSON-RPC, in JSON; `null` where there is a result.
   */
  error: string | null
  /**
   * True if the request changed the node.
   */
  changed: boolean
  /**
   * Seconds between blocks; `null` without interval mining.
   */
  interval: number | null
  /**
   * Notifications to subscribers: `params` of `eth_subscription`, in JSON.
   */
  notifications: Array<string>
}
