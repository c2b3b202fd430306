import type { NodeClient } from '../node/client.js'
import { check } from '../options/check.js'
import { OPTIONS } from '../options/options.js'
import { bareCall, type call, hashedParams } from './call.js'

/**
 * Executes a call as {@link call} does, in this task: it returns the return data and blocks the thread meanwhile. Only
 * where the engine runs in the caller's thread.
 *
 * @example
 * const evm = await createEvm({ worker: false })
 * const { data } = evm.sync.call({ to, data: '0x18160ddd' })
 *
 * @param node - Client of the node.
 * @param parameters - {@link callSync.Parameters}
 * @throws as {@link call}; {@link EngineFailedError} while a lost engine starts again.
 */
export function callSync(node: NodeClient, parameters: callSync.Parameters): call.ReturnType {
  check(parameters, OPTIONS.callSync)
  const data = node.callNow(bareCall(parameters) ?? hashedParams(parameters))
  return { data: data === '0x' ? undefined : data }
}

export declare namespace callSync {
  /** Parameters of {@link call}, without what takes time: blobs are given by their hashes. */
  type Parameters = Omit<call.Parameters, 'blobs' | 'kzg' | 'sidecars' | 'signal'>
  type ReturnType = call.ReturnType
  type ErrorType = call.ErrorType
}
