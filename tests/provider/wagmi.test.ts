import { custom, getAddress } from 'viem'
import { base, foundry, mainnet } from 'viem/chains'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { announceProvider, createEvm, type Evm } from '../../dist/js/src/index.js'

const ALICE = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const BOB = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
/** Precompile that fails with data of any other length than 213 bytes (EIP-152). */
const BLAKE2F = '0x0000000000000000000000000000000000000009'

const SOON = { timeout: 20_000 }
const soon = <T>(read: () => T) => expect.poll(read, SOON)

/** Opens a page with React and wagmi, which finds the provider by EIP-6963. A test reads and calls its hooks. */
async function open(evm: Evm) {
  const { Window } = await import('happy-dom')
  const window = new Window({ url: 'https://example.org' })
  const { navigator, Event, CustomEvent } = window
  const page = { window, document: window.document, navigator, Event, CustomEvent }
  for (const [name, value] of Object.entries(page)) vi.stubGlobal(name, value)
  const stop = announceProvider(
    evm.provider,
    { name: 'A chain', rdns: 'org.example.chain' },
    globalThis.window,
  )
  // Not before there is a window: React looks for it when it is loaded.
  const { createElement } = await import('react')
  const { createRoot } = await import('react-dom/client')
  const { QueryClient, QueryClientProvider } = await import('@tanstack/react-query')
  const wagmi = await import('wagmi')
  const transport = custom(evm.provider)
  const config = wagmi.createConfig({
    chains: [foundry, base, mainnet],
    transports: { [foundry.id]: transport, [base.id]: transport, [mainnet.id]: transport },
    pollingInterval: 50,
    storage: null,
  })
  const useAll = () => {
    const sendCalls = wagmi.useSendCalls()
    return {
      connection: wagmi.useConnection(),
      connect: wagmi.useConnect(),
      connectors: wagmi.useConnectors(),
      disconnect: wagmi.useDisconnect(),
      switchChain: wagmi.useSwitchChain(),
      sendCalls,
      calls: wagmi.useWaitForCallsStatus({ id: sendCalls.data?.id }),
      capabilities: wagmi.useCapabilities({ chainId: foundry.id }),
      watchAsset: wagmi.useWatchAsset(),
    }
  }
  let hooks: ReturnType<typeof useAll> | undefined
  const Probe = () => {
    hooks = useAll()
    return null
  }
  const root = createRoot(document.createElement('div'))
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const inner = createElement(QueryClientProvider, { client }, createElement(Probe))
  root.render(createElement(wagmi.WagmiProvider, { config, reconnectOnMount: false }, inner))
  await vi.waitUntil(() => hooks, SOON)
  return {
    hooks: () => hooks as ReturnType<typeof useAll>,
    async close() {
      stop()
      root.unmount()
      await window.happyDOM.close()
      vi.unstubAllGlobals()
    },
  }
}

describe("wagmi's hooks", () => {
  let evm: Evm
  let page: Awaited<ReturnType<typeof open>>
  beforeAll(async () => {
    evm = await createEvm({ threads: 1, wallet: { connected: false } })
    page = await open(evm)
  })
  afterAll(async () => {
    await page?.close()
    await evm.close()
  })

  const ask = (method: string, params?: unknown) => evm.provider.request({ method, params })

  test('connect requests the accounts', async () => {
    expect(page.hooks().connection.status).toBe('disconnected')
    expect(await ask('eth_accounts')).toEqual([])
    const [connector] = page.hooks().connectors
    if (connector === undefined) throw new Error('wagmi has found no provider')
    expect(connector).toMatchObject({ id: 'org.example.chain', name: 'A chain' })
    const { accounts, chainId } = await page.hooks().connect.mutateAsync({ connector })
    expect(accounts).toHaveLength(10)
    expect([accounts[0], accounts[1], chainId]).toEqual([ALICE, BOB, foundry.id])
    await soon(() => page.hooks().connection.status).toBe('connected')
    expect(page.hooks().connection.address).toBe(ALICE)
  })

  test('switch adds a chain that is not known, and goes back', async () => {
    await page.hooks().switchChain.mutateAsync({ chainId: base.id })
    await soon(() => page.hooks().connection.chainId).toBe(base.id)
    expect(await ask('eth_chainId')).toBe('0x2105')
    await page.hooks().switchChain.mutateAsync({ chainId: foundry.id })
    await soon(() => page.hooks().connection.chainId).toBe(foundry.id)
    expect(await ask('eth_chainId')).toBe('0x7a69')
  })

  test('sendCalls sends each call, and its status follows', async () => {
    const calls = [
      { to: BOB, value: 1n },
      { to: BOB, value: 2n },
    ] as const
    await page.hooks().sendCalls.mutateAsync({ calls })
    await soon(() => page.hooks().calls.data?.status).toBe('success')
    const { statusCode, atomic, receipts } = page.hooks().calls.data ?? {}
    expect({ statusCode, atomic }).toEqual({ statusCode: 200, atomic: false })
    expect(receipts).toMatchObject([
      { status: 'success', blockNumber: 1n, gasUsed: 21_000n },
      { status: 'success', blockNumber: 2n, gasUsed: 21_000n },
    ])
    expect(await ask('eth_getBalance', [BOB, 'latest'])).toBe('0x21e19e0c9bab2400003')
  })

  test('a call that fails is in the status, and none is sent after it', async () => {
    const calls = [{ to: BOB }, { to: BLAKE2F, data: '0x00' }, { to: BOB }] as const
    await page.hooks().sendCalls.mutateAsync({ calls })
    await soon(() => page.hooks().calls.data?.statusCode).toBe(600)
    const receipts = page.hooks().calls.data?.receipts
    expect(receipts?.map(({ status }) => status)).toEqual(['success', 'reverted'])
  })

  test('a bundle that has to be atomic is refused by its name', async () => {
    const bundle = { calls: [{ to: BOB } as const], forceAtomic: true }
    await expect(page.hooks().sendCalls.mutateAsync(bundle)).rejects.toMatchObject({
      cause: { name: 'AtomicityNotSupportedError', code: 5760 },
    })
    await soon(() => page.hooks().capabilities.data).toEqual({ atomic: { status: 'unsupported' } })
  })

  test('an asset is watched', async () => {
    const options = { address: getAddress(BOB), symbol: 'TEST', decimals: 6 }
    expect(await page.hooks().watchAsset.mutateAsync({ type: 'ERC20', options })).toBe(true)
  })

  test('disconnect takes the accounts back', async () => {
    await page.hooks().disconnect.mutateAsync({})
    await soon(() => page.hooks().connection.status).toBe('disconnected')
    expect(await ask('eth_accounts')).toEqual([])
    await expect(ask('eth_sendTransaction', [{ to: BOB }])).rejects.toMatchObject({ code: 4100 })
  })
})
