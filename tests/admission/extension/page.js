const text = await fetch('addresses.json')
const { chain, report } = await text.json()
const body = await globalThis.askChain(chain).catch(String)
await fetch(`${report}?page`, { method: 'POST', body: JSON.stringify(body) })
