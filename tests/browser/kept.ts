import { createEvm, type Evm } from '../../dist/js/src/index.js'

/** Engine of this page, which lives until the page is left. */
let evm: Evm | undefined

const to = '0x00000000000000000000000000000000000000ff'
/** Runtime code that returns 42. */
const code = '0x602a5f5260205ff3'

/** Creates the engine, which then executes a block for whose end nobody waits. */
export async function keep(options: createEvm.Options): Promise<void> {
  evm = await createEvm(options)
  const response = await fetch('/fixtures/19933122.json.gz')
  const fixture = new Uint8Array(await response.arrayBuffer())
  evm.executeBlock({ fixture }).catch(() => {})
}

/** Calls the engine; resolves with `undefined` where this page has none, since it was loaded anew. */
export async function callKept(): Promise<number | undefined> {
  if (evm === undefined) return undefined
  const { data } = await evm.call({ to, stateOverride: [{ address: to, code }] })
  return Number(data)
}
