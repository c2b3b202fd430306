import { call } from '../actions/call.js'
import { callSync } from '../actions/callSync.js'
import { calls } from '../actions/calls.js'
import { createAccessList } from '../actions/createAccessList.js'
import { estimateGas } from '../actions/estimateGas.js'
import { simulate } from '../actions/simulate.js'
import { traceCall } from '../actions/traceCall.js'
import { loadModule } from '../loader/loadModule.js'
import type { NodeClient } from '../node/client.js'
import type { Simulations } from './evm.js'

const loadCalls = () =>
  loadModule('parevm/simulateCalls', () => import('../actions/simulateCalls.js'))
const loadBlocks = () =>
  loadModule('parevm/simulateBlocks', () => import('../actions/simulateBlocks.js'))

/** Returns the methods that execute calls on the state of a node, and change nothing. */
export function simulations(node: NodeClient, info: { readonly worker: boolean }): Simulations {
  return {
    call: (parameters) => call(node, parameters),
    calls: (parameters) => calls(node, parameters),
    sync: info.worker ? undefined : { call: (parameters) => callSync(node, parameters) },
    estimateGas: (parameters) => estimateGas(node, parameters),
    createAccessList: (parameters) => createAccessList(node, parameters),
    traceCall: (parameters) => traceCall(node, parameters),
    simulate: (parameters) => simulate(node, parameters),
    // Loaded when they are used: pages that need neither do not wait for them.
    simulateCalls: async (parameters) => (await loadCalls()).simulateCalls(node, parameters),
    simulateBlocks: async (parameters) => (await loadBlocks()).simulateBlocks(node, parameters),
  }
}
