// Differences of two engines over one block, in words.

/**
 * The first difference between what EthereumJS left (`theirs`) and what parevm left (`ours`), or
 * null. Receipts first: a wrong root only says that something is wrong.
 */
export async function difference(theirs, ours) {
  const both = (what, left, right) =>
    left === right ? null : `${what}: EthereumJS ${left}, parevm ${right}`
  if (theirs.receipts.length !== ours.receipts.length)
    return both('receipts', theirs.receipts.length, ours.receipts.length)
  // Before Byzantium no receipt says it: code that cannot be paid for is left out on Frontier, which
  // EthereumJS calls an error and revm does not.
  const hasStatus = ours.receiptsRoot !== null
  for (const [i, receipt] of theirs.receipts.entries()) {
    const own = ours.receipts[i]
    const found =
      (hasStatus ? both(`receipt ${i}, success`, receipt.success, own.success) : null) ??
      both(`receipt ${i}, gas used`, receipt.gasUsed, BigInt(own.gasUsed)) ??
      both(`receipt ${i}, logs`, receipt.logs, own.logs)
    if (found) return found
  }
  return (
    both('gas used', theirs.gasUsed, BigInt(ours.gasUsed)) ??
    (theirs.stateRoot === ours.stateRoot ? null : await inState(theirs, ours)) ??
    (ours.receiptsRoot && both('receipts root', theirs.receiptsRoot, ours.receiptsRoot)) ??
    (ours.requestsHash && both('requests hash', theirs.requestsHash, ours.requestsHash))
  )
}

async function inState(theirs, ours) {
  for (const [address, own] of Object.entries(ours.changed)) {
    const account = await theirs.account(address)
    const at = `account ${address}`
    if (account === null || own === null) {
      if (account !== own)
        return `${at}: EthereumJS ${account && 'has it'}, parevm ${own && 'has it'}`
      continue
    }
    for (const field of ['balance', 'nonce']) {
      if (account[field] !== BigInt(own[field]))
        return `${at}, ${field}: EthereumJS ${account[field]}, parevm ${BigInt(own[field])}`
    }
    if (account.codeHash !== own.codeHash)
      return `${at}, code: EthereumJS ${account.codeHash}, parevm ${own.codeHash}`
    for (const [key, value] of Object.entries(own.storage)) {
      const found = await account.slot(key)
      if (found !== BigInt(value))
        return `${at}, slot ${key}: EthereumJS ${found}, parevm ${BigInt(value)}`
    }
  }
  return `state root: EthereumJS ${theirs.stateRoot}, parevm ${ours.stateRoot}, in an account that parevm leaves as it was`
}
