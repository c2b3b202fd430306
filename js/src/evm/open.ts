import { choose } from '../loader/choose.js'
import type { Host } from '../loader/host.js'
import { createNodeClient, type NodeClient } from '../node/client.js'
import type { FilterQuota } from '../node/filterQuota.js'
import type { ChainSetup } from '../pool/message.js'
import { createSupervisor, type Supervisor } from '../pool/supervisor.js'
import type { Evm } from './evm.js'

/**
 * Starts an engine on `host` and opens its node; resolves when it serves.
 *
 * @param setup - Initial state of the node.
 */
export async function openEngine(
  host: Host,
  setup: ChainSetup,
  { threads, build, worker, quota, ...hooks }: openEngine.Options,
): Promise<openEngine.ReturnType> {
  const choice = choose(host.features, { threads, build, worker, builds: await host.builds?.() })
  const supervisor = createSupervisor({ host, choice, chain: setup, ...hooks })
  const { version } = await supervisor.start()
  return { info: { ...choice, version }, supervisor, node: createNodeClient(supervisor, quota) }
}

export declare namespace openEngine {
  type Options = Omit<choose.Options, 'builds'> &
    Omit<createSupervisor.Parameters, 'host' | 'choice' | 'chain'> & {
      /** Limit on the filters of each client. */
      quota?: FilterQuota | undefined
    }
  type ReturnType = { info: Evm.Info; supervisor: Supervisor; node: NodeClient }
}
