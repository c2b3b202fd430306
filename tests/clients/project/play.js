import { artifacts, network } from 'hardhat'

const { provider } = await network.create('served')
const request = (method, params = []) => provider.request({ method, params })
const { abi, bytecode } = await artifacts.readArtifact('Counter')
const [from] = await request('eth_accounts')
const receiptOf = async (call) => {
  const hash = await request('eth_sendTransaction', [{ from, ...call }])
  return request('eth_getTransactionReceipt', [hash])
}
const { contractAddress: to } = await receiptOf({ data: bytecode })
const word = (value) => value.toString(16).padStart(64, '0')
const set = (value) => `0x60fe47b1${word(value)}`
const { status, logs } = await receiptOf({ to, data: set(9) })
const number = await request('eth_call', [{ to, data: '0x8381f58a' }])
const refused = await request('eth_call', [{ to, data: set(13) }]).then(
  () => 'nothing',
  (error) => error.message,
)
await request('hardhat_setBalance', [to, '0x5'])
console.log(
  JSON.stringify({
    chainId: await request('eth_chainId'),
    functions: abi.length,
    status,
    logs: logs.length,
    number: Number(number),
    refused,
    balance: await request('eth_getBalance', [to, 'latest']),
  }),
)
