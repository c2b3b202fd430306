import { InvalidParameterError } from '../error/InvalidParameterError.js'
import { check } from '../options/check.js'
import { CHAIN_CONFIG, GENESIS } from '../options/genesis.js'
import { decodeJson } from '../rpc/decodeJson.js'
import { encodeJson } from '../rpc/encodeJson.js'

/** Genesis file of go-ethereum (core/genesis.go). */
export type Genesis = {
  /** Forks of the chain. */
  config?: Genesis.Config | undefined
  /** Accounts by address. */
  alloc?: { readonly [address: string]: Genesis.Account } | undefined
  nonce?: Genesis.Quantity | undefined
  /** Seconds since the Unix epoch. */
  timestamp?: Genesis.Quantity | undefined
  extraData?: string | undefined
  gasLimit?: Genesis.Quantity | undefined
  difficulty?: Genesis.Quantity | undefined
  mixHash?: string | undefined
  coinbase?: string | undefined
  number?: Genesis.Quantity | undefined
  gasUsed?: Genesis.Quantity | undefined
  parentHash?: string | undefined
  /** Wei per gas. */
  baseFeePerGas?: Genesis.Quantity | null | undefined
  excessBlobGas?: Genesis.Quantity | null | undefined
  blobGasUsed?: Genesis.Quantity | null | undefined
  slotNumber?: Genesis.Quantity | null | undefined
}

export declare namespace Genesis {
  /** Number of a genesis file: hex or decimal text, a JSON number, or a `bigint`. */
  type Quantity = string | number | bigint

  /** Account of a genesis file. */
  type Account = {
    /** Wei. */
    balance?: Quantity | undefined
    nonce?: Quantity | undefined
    code?: string | undefined
    storage?: { readonly [slot: string]: string } | undefined
    /** Private key in files for tests; not read. */
    secretKey?: string | undefined
  }

  /** Fork schedule: block numbers, and times in seconds since the Unix epoch (params/config.go of go-ethereum). */
  type Config = {
    chainId?: Quantity | undefined
    homesteadBlock?: Height
    daoForkBlock?: Height
    daoForkSupport?: boolean | undefined
    eip150Block?: Height
    /** Not read: the hash of that block. */
    eip150Hash?: string | undefined
    eip155Block?: Height
    eip158Block?: Height
    byzantiumBlock?: Height
    constantinopleBlock?: Height
    petersburgBlock?: Height
    istanbulBlock?: Height
    muirGlacierBlock?: Height
    berlinBlock?: Height
    londonBlock?: Height
    arrowGlacierBlock?: Height
    grayGlacierBlock?: Height
    /** Height of the merge, where `terminalTotalDifficulty` is not 0. */
    mergeNetsplitBlock?: Height
    terminalTotalDifficulty?: Height
    terminalTotalDifficultyPassed?: boolean | undefined
    shanghaiTime?: Height
    cancunTime?: Height
    pragueTime?: Height
    osakaTime?: Height
    amsterdamTime?: Height
    bpo1Time?: Height
    bpo2Time?: Height
    bpo3Time?: Height
    bpo4Time?: Height
    bpo5Time?: Height
    depositContractAddress?: string | undefined
    blobSchedule?: BlobSchedule | undefined
    /** Not read: how blocks before the merge were sealed. */
    ethash?: object | null | undefined
    clique?: object | null | undefined
  }

  /** Blob parameters by fork (EIP-7840). */
  type BlobSchedule = { [fork in BlobFork]?: BlobParameters | undefined }

  type BlobParameters = {
    /** Blobs per block. */
    target: Quantity
    /** Blobs per block. */
    max: Quantity
    baseFeeUpdateFraction: Quantity
  }
}

type Height = Genesis.Quantity | null | undefined

type BlobFork =
  | 'cancun'
  | 'prague'
  | 'osaka'
  | 'amsterdam'
  | 'bpo1'
  | 'bpo2'
  | 'bpo3'
  | 'bpo4'
  | 'bpo5'

/**
 * Returns a genesis file as JSON text.
 *
 * @throws {@link InvalidParameterError} The text is not JSON, or a key is unknown.
 */
export function genesisText(genesis: Genesis | string): string {
  return encodeJson(checked(genesis), 'genesis', exact) ?? ''
}

/**
 * Returns the `config` of a genesis file as a JSON document; `undefined` where it has none.
 *
 * @throws {@link InvalidParameterError} The text is not JSON, or a key is unknown.
 */
export function genesisConfig(genesis: Genesis | string): object | undefined {
  const { config } = checked(genesis)
  return config === undefined ? undefined : document(config, 'genesis.config')
}

/**
 * Returns a fork schedule as a JSON document.
 *
 * @throws {@link InvalidParameterError} A key is unknown.
 */
export function configDocument(config: Genesis.Config): object {
  check(config, CHAIN_CONFIG, 'schedule')
  return document(config, 'schedule')
}

function checked(genesis: Genesis | string): Genesis {
  const parsed = typeof genesis === 'string' ? parse(genesis) : genesis
  check(parsed, GENESIS, 'genesis')
  return parsed as Genesis
}

function parse(text: string): unknown {
  try {
    return decodeJson(text)
  } catch (cause) {
    throw new InvalidParameterError('genesis', 'a JSON document', text, cause)
  }
}

function document(value: object, path: string): object {
  return JSON.parse(encodeJson(value, path, exact) ?? '{}')
}

/** Returns a number where it is exact, which every reader takes; else hex. */
function exact(value: bigint): string | number {
  const isExact = value >= 0n && value <= Number.MAX_SAFE_INTEGER
  return isExact ? Number(value) : `0x${value.toString(16)}`
}
