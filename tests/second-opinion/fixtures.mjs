// Official chains. What parevm leaves of each is what its header says: the conformance suite
// `blockchain` sees to that.

import { readFile } from 'node:fs/promises'
import { bytesToHex } from '@ethereumjs/util'
import { open, whyNot } from './engine.mjs'

/** Runs the chains of a fixture file that `choose` takes, and calls `report` with the verdicts. */
export async function fixtures({ file, choose, report }) {
  const chains = JSON.parse(await readFile(file, 'utf8'))
  for (const [name, chain] of Object.entries(chains)) {
    if (!choose()) continue
    const reason = whyNot(chain.network)
    if (reason) report({ name, skipped: reason })
    else if (chain.blocks.some((block) => block.expectException !== undefined))
      report({ name, skipped: 'an invalid block, which is not run' })
    else report({ name, difference: await check(chain) })
  }
}

async function check({ network, pre, blocks, genesisBlockHeader }) {
  try {
    const run = await open({
      fork: network,
      pre,
      blockHashes: { 0: genesisBlockHeader.hash },
    })
    for (const { rlp } of blocks) {
      const found = against(await run(rlp))
      if (found) return found
    }
    return null
  } catch (error) {
    return `EthereumJS fails: ${error.message}`
  }
}

/** Compares the outcome of EthereumJS with the header. */
function against({ block: { header }, gasUsed, receiptsRoot, stateRoot, requestsHash }) {
  const at = `block ${header.number}`
  const fields = [
    ['gas used', gasUsed, header.gasUsed],
    ['receipts root', receiptsRoot, bytesToHex(header.receiptTrie)],
    ['state root', stateRoot, bytesToHex(header.stateRoot)],
    ['requests hash', requestsHash, header.requestsHash && bytesToHex(header.requestsHash)],
  ]
  const found = fields.find(([, left, right]) => left !== right)
  return found ? `${at}, ${found[0]}: EthereumJS ${found[1]}, header ${found[2]}` : null
}
