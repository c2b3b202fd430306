import {
  type Address,
  createPublicClient,
  createTestClient,
  createWalletClient,
  encodeFunctionData,
  type Hex,
  parseEther,
  type Transport,
} from 'viem'
import { foundry } from 'viem/chains'
import { abi, deployment } from './token.js'

/**
 * What somebody does who builds on viem: deploys, reads, writes, watches, tries, and moves time.
 *
 * @returns What arrived of it, without what depends on the hour.
 */
export async function play(transport: Transport) {
  const options = { transport, chain: foundry, pollingInterval: 50, cacheTime: 0 } as const
  const client = createPublicClient(options)
  const wallet = createWalletClient(options)
  const tools = createTestClient({ ...options, mode: 'anvil' })
  const accounts = await wallet.getAddresses()
  const [alice, bob, carol] = accounts as [Address, Address, Address]

  const bytecode = deployment(alice, 1_000n)
  const receiptOf = (hash: Hex) => client.waitForTransactionReceipt({ hash, timeout: 10_000 })
  const deployed = await receiptOf(await wallet.deployContract({ abi, bytecode, account: alice }))
  const address = deployed.contractAddress as Address
  const token = { abi, address } as const

  const watched: { from: Address; to: Address; value: bigint }[] = []
  const unwatch = client.watchContractEvent({
    ...token,
    eventName: 'Transfer',
    onLogs: (logs) => watched.push(...logs.map(({ args }) => args as (typeof watched)[number])),
  })
  // Wait until the watcher has started.
  await until(async () => (await client.getBlockNumber()) >= 1n, 200)

  const transfer = (to: Address, amount: bigint, account = alice) =>
    wallet.writeContract({ ...token, functionName: 'transfer', args: [to, amount], account })
  const paid = await receiptOf(await transfer(bob, 300n))
  const balanceOf = (owner: Address) =>
    client.readContract({ ...token, functionName: 'balanceOf', args: [owner] })
  await until(async () => watched.length > 0)
  unwatch()

  const refused = await client
    .simulateContract({ ...token, functionName: 'transfer', args: [bob, 1n], account: carol })
    .then(
      () => 'nothing',
      (error: { shortMessage: string }) => error.shortMessage,
    )
  const data = encodeFunctionData({ abi, functionName: 'transfer', args: [carol, 100n] })
  const tried = await client.simulateCalls({
    account: alice,
    calls: [
      { to: address, data },
      { to: carol, value: parseEther('1') },
      { to: address, data: '0xdeadbeef' },
    ],
  })

  const id = await tools.snapshot()
  await tools.setBalance({ address: carol, value: 5n })
  await tools.impersonateAccount({ address: carol })
  await tools.mine({ blocks: 3 })
  const before = await client.getBlock()
  await tools.increaseTime({ seconds: 3_600 })
  await tools.mine({ blocks: 1 })
  const after = await client.getBlock()
  const changed = { balance: await client.getBalance({ address: carol }), number: after.number }
  await tools.revert({ id })

  return {
    chainId: await client.getChainId(),
    accounts,
    deployed: { address, status: deployed.status, gasUsed: deployed.gasUsed },
    token: {
      symbol: await client.readContract({ ...token, functionName: 'symbol' }),
      decimals: await client.readContract({ ...token, functionName: 'decimals' }),
      alice: await balanceOf(alice),
      bob: await balanceOf(bob),
    },
    paid: {
      status: paid.status,
      type: paid.type,
      gasUsed: paid.gasUsed,
      blockNumber: paid.blockNumber,
      logs: paid.logs.map(({ address, topics, data, logIndex }) => ({
        address,
        topics,
        data,
        logIndex,
      })),
    },
    watched,
    refused,
    tried: tried.results.map(({ status, gasUsed, data }) => ({ status, gasUsed, data })),
    changed,
    // Blocks that are made at once run ahead of the clock by some seconds.
    waited: Number(after.timestamp - before.timestamp) > 3_590,
    logs: (await client.getContractEvents({ ...token, fromBlock: 0n })).map(({ args }) => args),
    gas: await client.estimateGas({ account: alice, to: bob, value: 1n }),
    nonce: await client.getTransactionCount({ address: alice }),
    height: await client.getBlockNumber({ cacheTime: 0 }),
    code: (await client.getCode({ address }))?.length,
    carol: await client.getBalance({ address: carol }),
  }
}

/** Waits until something holds, and some more. */
async function until(holds: () => Promise<boolean>, thenMs = 0): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it did not come about within ten seconds')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await new Promise((resolve) => setTimeout(resolve, thenMs))
}
