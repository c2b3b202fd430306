import { InvalidParameterError } from '../error/InvalidParameterError.js'
import { record } from './record.js'

/**
 * `wallet_watchAsset` (EIP-747): checks the asset and returns true. There is no list of tokens to add it to.
 *
 * @param params - Asset, as in the EIP, or a list with it.
 * @throws {@link InvalidParameterError} that names the field.
 */
export async function watchAsset(params: unknown): Promise<true> {
  const { type, options } = record(Array.isArray(params) ? params : [params], 'params')
  const { address, symbol, decimals, image, tokenId } = record([options], 'params.options')
  if (type !== 'ERC20' && type !== 'ERC721' && type !== 'ERC1155')
    throw new InvalidParameterError('params.type', 'ERC20, ERC721 or ERC1155', type)
  if (typeof address !== 'string' || !/^0x[\da-f]{40}$/i.test(address))
    throw new InvalidParameterError('params.options.address', '20 bytes in hexadecimal', address)
  if (symbol !== undefined && typeof symbol !== 'string')
    throw new InvalidParameterError('params.options.symbol', 'a text', symbol)
  if (image !== undefined && typeof image !== 'string')
    throw new InvalidParameterError('params.options.image', 'a URL', image)
  if (decimals !== undefined && !isByte(decimals))
    throw new InvalidParameterError('params.options.decimals', 'a number from 0 to 255', decimals)
  if (type !== 'ERC20' && (typeof tokenId !== 'string' || !/^\d+$/.test(tokenId)))
    throw new InvalidParameterError('params.options.tokenId', 'decimal digits as a text', tokenId)
  return true
}

/** Whether a value is a byte: a number, or digits as some dapps send them. */
function isByte(value: unknown): boolean {
  const isNumber = typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value))
  return isNumber && Number.isInteger(Number(value)) && Number(value) >= 0 && Number(value) <= 255
}
