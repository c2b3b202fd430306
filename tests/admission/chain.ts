import { serve } from '../provider/process.js'

const ALICE = '0xf39fd6e51aad88f6f4ce6ab8827279cffFb92266'.toLowerCase()

/** A chain that `parevm serve` serves, looked at from Node. */
export async function openChain(...options: string[]): Promise<openChain.ReturnType> {
  const server = await serve('--threads', '1', ...options)
  const ask = async (calls: [string, unknown[]][]): Promise<string[]> => {
    const batch = calls.map(([method, params], id) => ({ jsonrpc: '2.0', id, method, params }))
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(server.url, {
      method: 'POST',
      headers,
      body: JSON.stringify(batch),
    })
    return ((await response.json()) as { result: string }[]).map(({ result }) => result)
  }
  return {
    url: server.url,
    port: Number(new URL(server.url).port),
    async changed(markers) {
      const balances = await ask(
        markers.map((marker) => ['eth_getBalance', [marker, 'latest']] as [string, unknown[]]),
      )
      return markers.filter((_, index) => balances[index] !== '0x0')
    },
    async sent() {
      const [nonce, height] = await ask([
        ['eth_getTransactionCount', [ALICE, 'pending']],
        ['eth_blockNumber', []],
      ])
      return { nonce: Number(nonce), height: Number(height) }
    },
    close: () => server.stop(),
  }
}

export declare namespace openChain {
  type ReturnType = {
    url: string
    port: number
    /** Those of the addresses that own something. */
    changed(markers: string[]): Promise<string[]>
    /** Transactions of the first account, and blocks after the first. */
    sent(): Promise<{ nonce: number; height: number }>
    close(): Promise<void>
  }
}
