import { announceProvider, createEvm, type Provider } from '../../dist/js/src/index.js'

/** Announces an engine's provider, finds it as a page would, and asks it this and that. */
export async function askProvider() {
  const evm = await createEvm({ limits: { timeMs: 300, gas: 2n ** 50n } })
  const stop = announceProvider(evm.provider, { name: 'A chain', rdns: 'org.example.chain' })
  try {
    const { info, provider } = await found()
    const connected = await new Promise((resolve) => provider.on('connect', resolve))
    const at = '0x00000000000000000000000000000000000000cc'
    return {
      build: evm.info.build,
      name: info.name,
      connected,
      chainId: await provider.request({ method: 'eth_chainId' }),
      gas: String(await evm.estimateGas({ to: at })),
      unknown: await failure(provider.request({ method: 'eth_moonPhase' })),
      // JUMPDEST, PUSH0, JUMP
      endless: await failure(
        evm.call({ to: at, gas: 2n ** 50n, stateOverride: [{ address: at, code: '0x5b5f56' }] }),
      ),
      after: await provider.request({ method: 'eth_blockNumber' }),
    }
  } finally {
    stop()
    await evm.close()
  }
}

/** The first provider that answers, as EIP-6963 says. */
function found(): Promise<{ info: { name: string }; provider: Provider }> {
  return new Promise((resolve) => {
    globalThis.addEventListener('eip6963:announceProvider', (event) =>
      resolve((event as CustomEvent).detail),
    )
    globalThis.dispatchEvent(new Event('eip6963:requestProvider'))
  })
}

async function failure(call: Promise<unknown>) {
  const error = await call.then(
    () => ({ name: 'nothing', code: 0 }),
    (error: { name: string; code: number }) => error,
  )
  return { name: error.name, code: error.code }
}
