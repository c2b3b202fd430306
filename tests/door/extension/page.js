fetch('addresses.json')
  .then((text) => text.json())
  .then(async ({ chain, report }) => {
    const body = await globalThis.askChain(chain).catch(String)
    await fetch(`${report}?page`, { method: 'POST', body: JSON.stringify(body) })
  })
