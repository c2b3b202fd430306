import type { Verdict } from '../../js/src/pool/message.js'
import type { Supervisor } from '../../js/src/pool/supervisor.js'

/** One engine for all files, on the build that the page allows. Other tests start none. */
let started: Promise<Supervisor> | undefined

/** Runs one file of official fixtures in this page. */
export async function runFile({ suite, file, text }: runFile.Parameters): Promise<Verdict[]> {
  started ??= start()
  const supervisor = await started
  const executors = ['sequential', 'parallel'] as const
  const bytes = new TextEncoder().encode(text)
  const request = { kind: 'conformance', suite, file, text: bytes, executors } as const
  return JSON.parse(await supervisor.request(request))
}

export declare namespace runFile {
  type Parameters = { suite: string; file: string; text: string }
}

async function start(): Promise<Supervisor> {
  // The build for fixtures lies beside the package and has the same scripts.
  const load = (path: string) => import(`/dist/testing/js/src/${path}`)
  const { startEvm }: typeof import('../../js/src/evm/start.js') = await load('evm/start.js')
  const { browserHost }: typeof import('../../js/src/loader/browser.js') =
    await load('loader/browser.js')
  const { assets }: typeof import('../../js/src/assets.js') = await load('assets.js')
  return (await startEvm(browserHost(assets), {})).supervisor
}
