import { afterEach, expect, test } from 'vitest'
import type { NodeAnswer } from '../../dist/js/src/type/wire.js'
import { testBuild } from '../faults/testBuild.js'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** JUMPDEST PUSH0 JUMP: runs until its time limit. */
const LOOP = '0x5b5f56'
const AT = '0x00000000000000000000000000000000000000aa'

async function start(limits: { timeMs: number }, readers = 4) {
  const options = { threads: 2, limits: { ...limits, gas: 10n ** 15n } }
  const { startEvm, detectHost } = await testBuild()
  const hooks = { readers, faults: true }
  const { evm, node, supervisor } = await startEvm(await detectHost(), options, hooks)
  closing.push(evm.close)
  await node.request('anvil_setCode', [AT, LOOP])
  const ask = (client: string, method: string, ...params: unknown[]) =>
    node.requestText(method, JSON.stringify(params), { client })
  return { ask, supervisor }
}

const codeOf = ({ error }: NodeAnswer) => (error === null ? null : JSON.parse(error).code)

test('a client with endless calls delays no call of another', async () => {
  const { ask } = await start({ timeMs: 1_500 })
  const endless = Array.from({ length: 6 }, () => ask('greedy', 'eth_call', { to: AT }, 'latest'))
  const started = performance.now()
  for (let count = 0; count < 50; count += 1) {
    const { result } = await ask('honest', 'eth_getBalance', AT, 'latest')
    expect(result).toBe('"0x0"')
  }
  expect(performance.now() - started).toBeLessThan(1_000)
  // No change either: the engine runs no reads.
  const changed = await ask('honest', 'anvil_setBalance', AT, '0x7')
  expect(changed.changed).toBe(true)
  expect((await ask('honest', 'eth_getBalance', AT, 'latest')).result).toBe('"0x7"')
  expect(performance.now() - started).toBeLessThan(1_400)
  expect((await Promise.all(endless)).map(codeOf)).toEqual(Array(6).fill(-32016))
})

test('a read sees all earlier changes of its client, and no later ones', async () => {
  const { ask } = await start({ timeMs: 10_000 })
  const answers: Promise<NodeAnswer>[] = []
  for (let value = 1; value <= 40; value += 1) {
    answers.push(ask('a', 'anvil_setBalance', AT, `0x${value.toString(16)}`))
    for (let again = 0; again < 3; again += 1)
      answers.push(ask('a', 'eth_getBalance', AT, 'latest'))
  }
  const results = (await Promise.all(answers)).map(({ result }) => result)
  expect(results).toEqual(
    Array.from({ length: 40 }, (_, index) => [
      'null',
      ...Array(3).fill(`"0x${(index + 1).toString(16)}"`),
    ]).flat(),
  )
})

test('a lost engine rejects what it ran, and the next one answers what ran beside it', async () => {
  const { ask, supervisor } = await start({ timeMs: 700 })
  const endless = ask('greedy', 'eth_call', { to: AT }, 'latest')
  await new Promise((resolve) => setTimeout(resolve, 50))
  const waiting = ask('honest', 'eth_getBalance', AT, 'latest')
  const panic = supervisor.request({ kind: 'fault', fault: 'panicInEngine' }, { client: 'bad' })
  await expect(panic).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
  expect((await waiting).result).toBe('"0x0"')
  expect(codeOf(await endless)).toBe(-32016)
  expect((await ask('honest', 'eth_getCode', AT, 'latest')).result).toBe(`"${LOOP}"`)
})

test('the memory of lost engines is reclaimed', async () => {
  const { ask, supervisor } = await start({ timeMs: 5_000 })
  const rss = () => process.memoryUsage().rss / 2 ** 20
  // PUSH4 24 MiB, PUSH0, PUSH0, CALLDATACOPY: writes that much.
  const writing = { data: '0x63018000005f5f37', gas: '0x2540be400' }
  const lose = async () => {
    expect(codeOf(await ask('a', 'eth_call', writing, 'latest'))).toBeNull()
    const panic = supervisor.request({ kind: 'fault', fault: 'panicInEngine' })
    await expect(panic).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
  }
  for (let count = 0; count < 3; count += 1) await lose()
  const before = rss()
  for (let count = 0; count < 8; count += 1) await lose()
  await ask('a', 'eth_chainId')
  expect(rss() - before).toBeLessThan(150)
}, 60_000)
