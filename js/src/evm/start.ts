import { type Build, choose } from '../loader/choose.js'
import type { Host } from '../loader/host.js'
import { createSupervisor } from '../pool/supervisor.js'

/** Creates an engine on a given host. {@link createEvm} does this for the host it finds. */
export async function startEvm(options: startEvm.Options, host: Host, faults = false): Promise<Evm> {
  const choice = choose(host.features, options)
  const supervisor = createSupervisor({ host, choice, faults })
  const { version } = await supervisor.start()
  return {
    info: { ...choice, version },
    smoke: (o) => supervisor.request({ kind: 'smoke' }, o),
    close: supervisor.close,
    [Symbol.asyncDispose]: supervisor.close,
  }
}

export declare namespace startEvm {
  type Options = { threads?: number | 'auto'; build?: Build }
}
export type Evm = {
  readonly info: choose.Choice & { version: string }
  smoke(o: { onProgress(p: unknown): void }): Promise<number>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
