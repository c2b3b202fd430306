// Passes the page's question on, as wallets do.
addEventListener('message', async ({ source, data }) => {
  if (source !== window || data !== 'ask') return
  postMessage({ answer: await chrome.runtime.sendMessage('ask') }, '*')
})
