// Sets up, builds, and measures: `npm run bench -- [--suite mainnet|synthetic|simulate] [--blocks DIR] [--threads 1,2]`.

import { benchSimulate } from '../bench/simulate/run.mjs'
import { build } from './build.mjs'
import { command, isProgram } from './process.mjs'
import { setup } from './setup.mjs'
import { runCommand } from './start.mjs'

if (isProgram(import.meta.url)) {
  await command(async (args) => {
    // It has peers that are not in the package.
    if (!args.join('=').includes('--suite=simulate')) return runCommand('bench', args)
    await build(await setup())
    return benchSimulate(args)
  })
}
