// The same call in tevm.

import { createMemoryClient } from '@tevm/memory-client'

/** A client with the accounts, and a function that makes the call. */
export async function start({ alloc, call }) {
  const client = createMemoryClient()
  await client.tevmReady()
  for (const [address, { balance, code, storage }] of Object.entries(alloc)) {
    const { errors } = await client.tevmSetAccount({
      address,
      balance: BigInt(balance),
      nonce: 0n,
      ...(code === undefined ? {} : { deployedBytecode: code }),
      ...(Object.keys(storage).length === 0 ? {} : { state: storage }),
    })
    if (errors !== undefined) throw new Error(`${address}: ${errors[0].message}`)
  }
  const { from, to, data, gas } = call
  return async () => {
    const result = await client.tevmCall({ from, to, data, gas: BigInt(gas), skipBalance: true })
    if (result.errors !== undefined) throw new Error(result.errors[0].message)
    return { data: result.rawData, logs: result.logs?.length ?? 0 }
  }
}
