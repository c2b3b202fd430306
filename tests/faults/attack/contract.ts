import type { Hex } from './bytecode.js'
import { call } from './client.js'

/** First account of the words that everybody knows. */
export const ALICE = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
export const BOB = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'
/** Where the code of an attack is put for one request. */
export const CONTRACT = `0x${'cc'.repeat(20)}`

/** Most gas that a call is given by default: 50,000,000. */
export const GAS = '0x2faf080'

/** A call of code that is put there for it. */
export function callOf(code: Hex, id: unknown = 1): string {
  return call('eth_call', [...target(code)], id)
}

/** A trace of such a call. */
export function traceOf(code: Hex, options: object = {}, gas = Number(GAS)): string {
  const [transaction, block, stateOverrides] = target(code)
  const asked = { ...transaction, gas: `0x${gas.toString(16)}` }
  return call('debug_traceCall', [asked, block, { ...options, stateOverrides }])
}

/** Such a call under any method that takes a call, a block and overrides. */
export function requestOf(method: string, code: Hex): string {
  return call(method, [...target(code)])
}

function target(code: Hex) {
  return [{ from: ALICE, to: CONTRACT, gas: GAS }, 'latest', { [CONTRACT]: { code } }] as const
}
