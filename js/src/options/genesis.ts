import type { Genesis } from '../node/genesis.js'
import { ANY, BOOLEAN } from './rules.js'
import { type Either, either, entries, type Fields, fields, open, required, rule } from './shape.js'

/** Values are checked by the engine, which knows their ranges. */
const number = ANY

const blobParameters: Fields = fields<Genesis.BlobParameters>({
  target: required(number),
  max: required(number),
  baseFeeUpdateFraction: required(number),
})

const NOT_HERE = 'This fork is not supported yet: leave it out, or pass `null`.'
const optimism = 'Only the rules of Ethereum are supported.'

/** Shape of a fork schedule. */
export const CHAIN_CONFIG: Fields = fields<Genesis.Config>(
  {
    chainId: number,
    homesteadBlock: number,
    daoForkBlock: number,
    daoForkSupport: BOOLEAN,
    eip150Block: number,
    eip150Hash: ANY,
    eip155Block: number,
    eip158Block: number,
    byzantiumBlock: number,
    constantinopleBlock: number,
    petersburgBlock: number,
    istanbulBlock: number,
    muirGlacierBlock: number,
    berlinBlock: number,
    londonBlock: number,
    arrowGlacierBlock: number,
    grayGlacierBlock: number,
    mergeNetsplitBlock: number,
    terminalTotalDifficulty: number,
    terminalTotalDifficultyPassed: BOOLEAN,
    shanghaiTime: number,
    cancunTime: number,
    pragueTime: number,
    osakaTime: number,
    amsterdamTime: number,
    bpo1Time: number,
    bpo2Time: number,
    bpo3Time: number,
    bpo4Time: number,
    bpo5Time: number,
    depositContractAddress: ANY,
    blobSchedule: fields<Genesis.BlobSchedule>({
      cancun: blobParameters,
      prague: blobParameters,
      osaka: blobParameters,
      amsterdam: blobParameters,
      bpo1: blobParameters,
      bpo2: blobParameters,
      bpo3: blobParameters,
      bpo4: blobParameters,
      bpo5: blobParameters,
    }),
    ethash: sealing(),
    clique: sealing(),
  },
  { bogotaTime: NOT_HERE, ubtTime: NOT_HERE, verkleTime: NOT_HERE, optimism, bor: optimism },
)

const account: Fields = fields<Genesis.Account>({
  balance: number,
  nonce: number,
  code: ANY,
  storage: open({}),
  secretKey: ANY,
})

/** Shape of a genesis file. */
export const GENESIS: Fields = fields<Genesis>({
  config: CHAIN_CONFIG,
  alloc: entries(account),
  nonce: number,
  timestamp: number,
  extraData: ANY,
  gasLimit: number,
  difficulty: number,
  mixHash: ANY,
  coinbase: ANY,
  number,
  gasUsed: number,
  parentHash: ANY,
  baseFeePerGas: number,
  excessBlobGas: number,
  blobGasUsed: number,
  slotNumber: number,
})

/** Returns the shape of a seal: any object, or `null`. */
function sealing(): Either {
  return either(
    rule('an object', (value) => value === null),
    open({}),
  )
}
