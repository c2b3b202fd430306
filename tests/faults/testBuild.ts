import type { startEvm } from '../../js/src/evm/start.js'
import type { Host } from '../../js/src/loader/host.js'

type TestBuild = { startEvm: typeof startEvm; detectHost(): Promise<Host> }

/**
 * Resolves with the functions that start engines of the test build, which serve requests that break them. It
 * lies beside the package, has the same scripts, and is not published (`npm run build -- --only testing`).
 */
export async function testBuild(): Promise<TestBuild> {
  const load = (path: string) =>
    import(new URL(`../../dist/testing/js/src/${path}`, import.meta.url).href)
  const [{ startEvm }, { detectHost }, { assets }] = await Promise.all(
    ['evm/start.js', 'loader/detect.js', 'assets.js'].map(load),
  )
  return { startEvm, detectHost: () => detectHost(assets) }
}
