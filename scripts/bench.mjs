// Sets up, builds, and measures: `npm run bench -- [--suite mainnet|synthetic|simulate] [--blocks DIR] [--threads 1,2]`.

import { join } from 'node:path'
import { benchSimulate } from '../bench/simulate/run.mjs'
import { build } from './build.mjs'
import { command, isProgram, root, run } from './process.mjs'
import { setup } from './setup.mjs'

/** Program that times blocks beside plain revm. It needs the test build. */
export const benchProgram = join(root, 'bench/blocks.mjs')

if (isProgram(import.meta.url)) {
  await command(async (args) => {
    await build(await setup(), { only: 'testing' })
    if (args.join('=').includes('--suite=simulate')) return benchSimulate(args)
    return run(process.execPath, [benchProgram, ...args], { cwd: process.cwd(), output: 'own' })
  })
}
