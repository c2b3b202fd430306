// Sets up, builds, and measures: `npm run bench -- [--suite mainnet|synthetic|simulate|startup] [--blocks DIR] [--threads 1,2]`.

import { join } from 'node:path'
import { benchSimulate } from '../bench/simulate/run.mjs'
import { build } from './build.mjs'
import { command, isProgram, root, run } from './process.mjs'
import { setup } from './setup.mjs'

/** Program that times blocks beside plain revm. It needs the test build. */
export const benchProgram = join(root, 'bench/blocks.mjs')

if (isProgram(import.meta.url)) {
  await command(async (args) => {
    const suite = /--suite[= ](\w+)/.exec(args.join(' '))?.[1]
    // The package as it is published: the test build is larger.
    if (suite === 'startup') {
      await build(await setup({ test: true }))
      const { benchStartup } = await import('../bench/startup/run.mjs')
      return benchStartup(args)
    }
    await build(await setup(), { only: 'testing' })
    if (suite === 'simulate') return benchSimulate(args)
    return run(process.execPath, [benchProgram, ...args], { cwd: process.cwd(), output: 'own' })
  })
}
