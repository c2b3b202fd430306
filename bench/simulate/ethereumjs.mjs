// The same call in @ethereumjs/vm.

import { Common, Mainnet } from '@ethereumjs/common'
import { createEVM } from '@ethereumjs/evm'
import { MerkleStateManager } from '@ethereumjs/statemanager'
import {
  Account,
  bytesToHex,
  createAddressFromString,
  hexToBytes,
  setLengthLeft,
} from '@ethereumjs/util'
import { createVM } from '@ethereumjs/vm'

/** Starts a VM with the accounts and returns a function that executes the call and reverts it. */
export async function start({ alloc, call }) {
  const common = new Common({ chain: Mainnet, hardfork: 'prague' })
  const stateManager = new MerkleStateManager({ common })
  await stateManager.checkpoint()
  for (const [hex, { balance, code, storage }] of Object.entries(alloc)) {
    const address = createAddressFromString(hex)
    await stateManager.putAccount(address, new Account(0n, BigInt(balance)))
    if (code !== undefined) await stateManager.putCode(address, hexToBytes(code))
    for (const [slot, value] of Object.entries(storage)) {
      if (BigInt(value) === 0n) continue
      await stateManager.putStorage(address, hexToBytes(slot), trimmed(value))
    }
  }
  await stateManager.commit()
  await stateManager.flush()
  const evm = await createEVM({ common, stateManager })
  const vm = await createVM({ common, stateManager, evm })
  const message = {
    caller: createAddressFromString(call.from),
    to: createAddressFromString(call.to),
    data: hexToBytes(call.data),
    gasLimit: BigInt(call.gas),
  }
  return async () => {
    await vm.evm.journal.checkpoint()
    const { execResult } = await vm.evm.runCall(message)
    await vm.evm.journal.revert()
    await vm.evm.journal.cleanup()
    if (execResult.exceptionError !== undefined) throw new Error(execResult.exceptionError.error)
    return {
      data: bytesToHex(execResult.returnValue),
      logs: execResult.logs.length,
    }
  }
}

/** Returns bytes without leading zeros, as in the storage trie. */
function trimmed(hex) {
  const digits = BigInt(hex).toString(16)
  const bytes = hexToBytes(`0x${digits.length % 2 === 0 ? digits : `0${digits}`}`)
  return setLengthLeft(bytes, bytes.length)
}
