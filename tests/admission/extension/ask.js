/** What a wallet asks of a chain, over HTTP and over a WebSocket. */
globalThis.askChain = async (url) => {
  const request = async (method, params = []) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify({ id: 1, jsonrpc: '2.0', method, params }),
    })
    return (await response.json()).result
  }
  const [from] = await request('eth_accounts')
  const hash = await request('eth_sendTransaction', [{ from, to: from, value: '0x1' }])
  return {
    origin: location.origin,
    chainId: await request('eth_chainId'),
    status: (await request('eth_getTransactionReceipt', [hash])).status,
    ...(await overSocket(url.replace('http', 'ws'))),
  }
}

function overSocket(url) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url)
    const send = (method, params) =>
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: method, method, params }))
    let id
    socket.onopen = () => send('eth_subscribe', ['newHeads'])
    socket.onerror = () => reject(new Error('the WebSocket failed'))
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data)
      if (message.id === 'eth_subscribe') send('evm_mine', [])
      if (message.method === 'eth_subscription') id = message.params.subscription
      if (id === undefined) return
      resolve({ head: typeof id })
      socket.close()
    }
  })
}
