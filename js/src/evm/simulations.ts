import { call } from '../actions/call.js'
import { callSync } from '../actions/callSync.js'
import { calls } from '../actions/calls.js'
import { createAccessList } from '../actions/createAccessList.js'
import { estimateGas } from '../actions/estimateGas.js'
import { simulate } from '../actions/simulate.js'
import { simulateBlocks } from '../actions/simulateBlocks.js'
import { simulateCalls } from '../actions/simulateCalls.js'
import { traceCall } from '../actions/traceCall.js'
import type { NodeClient } from '../node/client.js'
import type { Simulations } from './evm.js'

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
    simulateCalls: (parameters) => simulateCalls(node, parameters),
    simulateBlocks: (parameters) => simulateBlocks(node, parameters),
  }
}
