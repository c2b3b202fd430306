import { afterEach, expect, test, vi } from 'vitest'
import { assets } from '../../dist/js/src/assets.js'
import { startEvm } from '../../dist/js/src/evm/start.js'
import { nodeHost } from '../../dist/js/src/loader/node.js'

const MINUTE = 60_000
const builds = [
  { build: 'threads', threads: 2 },
  { build: 'single', threads: 1 },
] as const

afterEach(() => vi.restoreAllMocks())

/** An engine that can be lost, and a clock that is moved by hand. */
async function start(options: (typeof builds)[number]) {
  const begin = Date.now()
  const clock = vi.spyOn(Date, 'now').mockReturnValue(begin)
  const { evm, supervisor } = await startEvm(nodeHost(assets), options, { faults: true })
  return {
    evm,
    ask: <T>(method: string, ...params: unknown[]) =>
      evm.provider.request<T>({ method, params: params as [] }),
    at: (minutes: number) => clock.mockReturnValue(begin + minutes * MINUTE),
    lose: () =>
      expect(supervisor.request({ kind: 'fault', fault: 'panicInEngine' })).rejects.toMatchObject({
        code: 'ENGINE_FAILED',
      }),
  }
}

test.each(builds)(
  'ids are random, and the same after an engine was lost ($build)',
  async (options) => {
    const { evm, ask, lose } = await start(options)
    const ids: string[] = []
    for (const method of ['eth_newBlockFilter', 'eth_newPendingTransactionFilter'])
      ids.push(await ask(method))
    ids.push(await ask('eth_newFilter', {}))
    for (const id of ids) expect(id).toMatch(/^0x[1-9a-f][\da-f]{16,31}$/)
    expect(new Set(ids).size).toBe(3)
    await lose()
    await ask('evm_mine')
    expect(await ask('eth_getFilterChanges', ids[0])).toHaveLength(1)
    for (const id of ids.slice(1)) expect(await ask('eth_getFilterChanges', id)).toEqual([])
    for (const id of ids) expect(await ask('eth_uninstallFilter', id)).toBe(true)
    await evm.close()
  },
)

test.each(builds)(
  'polls that find nothing keep a filter over a lost engine ($build)',
  async (options) => {
    const { evm, ask, at, lose } = await start(options)
    const filter = await ask('eth_newFilter', {})
    const other = await ask('eth_newBlockFilter')
    for (let minutes = 4; minutes <= 20; minutes += 4) {
      at(minutes)
      expect(await ask('eth_getFilterChanges', filter)).toEqual([])
      await ask('evm_mine')
    }
    await lose()
    at(24)
    expect(await ask('eth_getFilterChanges', filter)).toEqual([])
    await expect(ask('eth_getFilterChanges', other)).rejects.toThrow('filter not found')
    await lose()
    at(30)
    await expect(ask('eth_getFilterChanges', filter)).rejects.toThrow('filter not found')
    await evm.close()
  },
)
