type Module = Pick<typeof import('../../js/src/evm/start.js'), 'startEvm'> &
  Pick<typeof import('../../js/src/loader/detect.js'), 'detectHost'>

/**
 * Resolves with the functions that start engines of the test build, which serve requests that break them. It
 * lies beside the package, has the same scripts, and is not published (`npm run build -- --only testing`).
 */
export async function testBuild(): Promise<Module> {
  const load = (path: string) =>
    import(new URL(`../../dist/testing/js/src/${path}`, import.meta.url).href)
  const [{ startEvm }, { detectHost }] = await Promise.all([
    load('evm/start.js'),
    load('loader/detect.js'),
  ])
  return { startEvm, detectHost }
}
