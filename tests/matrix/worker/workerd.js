// Worker for workerd: checks the package, and keeps an engine at whose state one swap is simulated per request.

import { createEvm } from 'parevm'
import { check } from './check.js'
import { options } from './options.js'

/** Engine with the swap's state, from the first request on. */
let opened

export default {
  async fetch(request) {
    try {
      const { pathname } = new URL(request.url)
      if (pathname === '/empty') return Response.json({})
      if (pathname === '/check') {
        const fixture = new Uint8Array(await request.arrayBuffer())
        return Response.json(await check(createEvm, { fixture, build: 'single', options }))
      }
      if (pathname === '/open') {
        const { genesis, call } = await request.json()
        const { gas, ...rest } = call
        opened = {
          evm: await createEvm({ ...options, genesis }),
          call: { ...rest, gas: BigInt(gas) },
        }
        return Response.json({})
      }
      const { evm, call } = opened
      const report = await evm.simulate({ calls: [call] })
      const [{ status, gasUsed }] = report.calls
      return Response.json({ status, gasUsed: Number(gasUsed) })
    } catch (error) {
      return Response.json({ error: `${error.stack}\n${error.cause?.stack ?? ''}` })
    }
  },
}
