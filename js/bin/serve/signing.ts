/**
 * Methods that use the keys of the node's accounts, send from these accounts, or decide for which chain
 * they sign. No page and no extension may ask them where the keys are the user's own.
 */
export const SIGNING_METHODS: ReadonlySet<string> = new Set([
  'anvil_reorg',
  'anvil_setChainId',
  'eth_sendTransaction',
  'eth_sendTransactionSync',
  'eth_sendUnsignedTransaction',
  'eth_sign',
  'eth_signTransaction',
  'eth_signTypedData',
  'eth_signTypedData_v3',
  'eth_signTypedData_v4',
  'personal_sign',
])
