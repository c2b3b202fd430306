import { InvalidParameterError } from '../error/InvalidParameterError.js'
import { check } from '../options/check.js'
import { CHAIN_CONFIG, GENESIS } from '../options/genesis.js'
import { decodeJson } from '../rpc/decodeJson.js'
import { encodeJson } from '../rpc/encodeJson.js'

/** A number of a genesis file: in hex or decimal text, as a JSON number, or a `bigint`. */
export type GenesisNumber = string | number | bigint

/** A genesis file, as go-ethereum reads it (core/genesis.go). */
export type Genesis = {
  /** Rules of the chain. */
  config?: ChainConfig | undefined
  /** Accounts by address. */
  alloc?: { readonly [address: string]: GenesisAccount } | undefined
  nonce?: GenesisNumber | undefined
  /** Seconds since the Unix epoch. */
  timestamp?: GenesisNumber | undefined
  extraData?: string | undefined
  gasLimit?: GenesisNumber | undefined
  difficulty?: GenesisNumber | undefined
  mixHash?: string | undefined
  coinbase?: string | undefined
  number?: GenesisNumber | undefined
  gasUsed?: GenesisNumber | undefined
  parentHash?: string | undefined
  /** Wei per gas. */
  baseFeePerGas?: GenesisNumber | null | undefined
  excessBlobGas?: GenesisNumber | null | undefined
  blobGasUsed?: GenesisNumber | null | undefined
  slotNumber?: GenesisNumber | null | undefined
}

/** An account of a genesis file. */
export type GenesisAccount = {
  /** Wei. */
  balance?: GenesisNumber | undefined
  nonce?: GenesisNumber | undefined
  code?: string | undefined
  storage?: { readonly [slot: string]: string } | undefined
  /** Private key, of files for tests; not read. */
  secretKey?: string | undefined
}

type Height = GenesisNumber | null | undefined

/** Rules of a chain: the heights and times (seconds since the Unix epoch) at which its forks begin (go-ethereum's params/config.go). */
export type ChainConfig = {
  chainId?: GenesisNumber | undefined
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

/** Blobs per block and how their price moves, by fork (EIP-7840). */
export type BlobSchedule = { [fork in BlobFork]?: BlobParameters | undefined }

export type BlobParameters = {
  /** Blobs per block. */
  target: GenesisNumber
  /** Blobs per block. */
  max: GenesisNumber
  baseFeeUpdateFraction: GenesisNumber
}

/**
 * Returns a genesis file as JSON text.
 *
 * @throws {@link InvalidParameterError} It is no JSON, or has a key that is not known.
 */
export function genesisText(genesis: Genesis | string): string {
  return encodeJson(checked(genesis), 'genesis', exact) ?? ''
}

/**
 * Returns the rules in a genesis file as a JSON document; `undefined` where it has none.
 *
 * @throws {@link InvalidParameterError} It is no JSON, or has a key that is not known.
 */
export function genesisConfig(genesis: Genesis | string): object | undefined {
  const { config } = checked(genesis)
  return config === undefined ? undefined : document(config, 'genesis.config')
}

/**
 * Returns the rules of a chain as a JSON document.
 *
 * @throws {@link InvalidParameterError} A key is not known.
 */
export function configDocument(config: ChainConfig): object {
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

/** A number where it is exact, which every reader takes; else hex. */
function exact(value: bigint): string | number {
  const isExact = value >= 0n && value <= Number.MAX_SAFE_INTEGER
  return isExact ? Number(value) : `0x${value.toString(16)}`
}
