import { expect, test } from 'vitest'
import { serve } from '../provider/process.js'
import { abi, deployment } from '../provider/token.js'
import { modules } from './client.js'

const { Web3 } = modules('web3')

/** web3.js takes no parameter without a name. */
const named = abi.map((item) => ({
  ...item,
  inputs: item.inputs.map((input, index) => ({ name: `${index}`, ...input })),
}))

test.each(['http', 'ws'])('web3.js deploys, sends, listens and reads over %s', async (scheme) => {
  const server = await serve('--threads', '1')
  const web3 = new Web3(server.url.replace('http', scheme))
  try {
    const [from, to] = await web3.eth.getAccounts()
    const data = deployment(from, 1_000n)
    const token = await new web3.eth.Contract(named).deploy({ data }).send({ from, gas: 5_000_000 })
    const isSocket = scheme === 'ws'
    const heads = isSocket ? await web3.eth.subscribe('newHeads') : undefined
    const head = new Promise((resolve) =>
      heads?.once('data', ({ number }: { number: bigint }) => resolve(number)),
    )
    const { status } = await token.methods.transfer(to, 300n).send({ from, gas: 100_000 })
    expect({
      chainId: await web3.eth.getChainId(),
      status,
      head: isSocket ? await head : 2n,
      balance: await token.methods.balanceOf(to).call(),
      logs: (await token.getPastEvents('Transfer', { fromBlock: 0 })).length,
    }).toEqual({ chainId: 31337n, status: 1n, head: 2n, balance: 300n, logs: 1 })
  } finally {
    if (scheme === 'ws') web3.provider.disconnect()
    await server.stop()
  }
})
