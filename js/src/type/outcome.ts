import type * as wire from './wire.js'

/** Outcome of a block. */
export type BlockOutcome = wire.BlockOutcome

export declare namespace BlockOutcome {
  type Checks = wire.HeaderChecks
  type Plan = wire.ExecutionPlan
  type Statistics = wire.ExecutionStatistics
}

/** Receipt of one transaction. */
export type Receipt = wire.Receipt

export declare namespace Receipt {
  type Log = wire.ReceiptLog
  type Status = wire.ReceiptStatus
  type TransactionType = wire.TransactionType
}

/** Accounts that a block changed, sorted by address. */
export type StateDiff = wire.AccountChange[]

export declare namespace StateDiff {
  type AccountChange = wire.AccountChange
  type Account = wire.AccountState
  type Slot = wire.StorageSlot
}

/** Block access list (EIP-7928), sorted by address. */
export type BlockAccessList = wire.BalAccount[]

export declare namespace BlockAccessList {
  type Account = wire.BalAccount
  type SlotChanges = wire.BalSlot
  type StorageChange = wire.BalWord
  type BalanceChange = wire.BalBalance
  type NonceChange = wire.BalNonce
  type CodeChange = wire.BalCode
  type Mismatch = wire.BalMismatch
}

/** Incarnations of all transactions of a block, by transaction and then by time. */
export type Timeline = wire.Incarnation[]

export declare namespace Timeline {
  type Incarnation = wire.Incarnation
  type Span = wire.TimeSpan
  type Wait = wire.IncarnationWait
  type Outcome = wire.IncarnationOutcome
  type Conflict = wire.Conflict
}
