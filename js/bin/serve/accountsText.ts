import * as Address from 'ox/Address'
import * as HdKey from 'ox/HdKey'
import * as Mnemonic from 'ox/Mnemonic'
import * as Value from 'ox/Value'
import type { NodeClient } from '../../src/node/client.js'
import type { Hex } from '../../src/type/wire.js'
import { hasPrivateKeys } from './mnemonic.js'
import { WELL_KNOWN } from './wellKnown.js'

/**
 * Returns the accounts and their balances as text, with keys only for the well-known mnemonic.
 */
export async function accountsText(node: NodeClient): Promise<string> {
  const accounts = await node.request<Hex[]>('eth_accounts')
  if (accounts.length === 0) return ''
  const isKnown = !(await hasPrivateKeys(node))
  const lines = await Promise.all(
    accounts.map(async (account, index) => {
      const balance = await node.request<Hex>('eth_getBalance', [account, 'latest'])
      const ether = Value.formatEther(BigInt(balance))
      const key = isKnown ? `\n     ${keyOf(index)}` : ''
      return `${`(${index})`.padEnd(5)}${Address.checksum(account)}  ${ether} ETH${key}\n`
    }),
  )
  const head = isKnown ? 'accounts, with their well-known keys' : 'accounts'
  return `${head}\n${lines.join('')}`
}

function keyOf(index: number): Hex {
  return Mnemonic.toPrivateKey(WELL_KNOWN, { path: HdKey.path({ index }), as: 'Hex' })
}
