/**
 * Methods that use the keys of the node's accounts, send from these accounts, or set the chain id of signatures. They are
 * refused to pages and extensions where the keys are private.
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
