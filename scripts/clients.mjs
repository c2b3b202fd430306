// Installs the clients that are too large for `npm test`, and tests `parevm serve` with them.
//
//   npm run clients                  cast, forge, Hardhat, web3.js: 320 MB below tests/clients/tools
//   npm run clients -- -t Hardhat    what follows `--` goes to the runner
//
// Hardhat needs Node 22: that of the tests, or the one that runs this.

import { existsSync, statSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { build } from './build.mjs'
import { command, isProgram, mustRun, root, run, say } from './process.mjs'
import { setup } from './setup.mjs'

const folder = join(root, 'tests/clients/tools')

/** `npm ci` where the clients are absent or older than their lock file. */
async function installClients(node) {
  const installed = join(folder, 'node_modules/.package-lock.json')
  const lock = join(folder, 'package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return
  say('install', 'clients with npm ci: 320 MB, by the lock file of tests/clients/tools')
  // npm leaves out the binaries of Hardhat on a Node that they do not support.
  const PATH = [dirname(node), process.env.PATH].join(delimiter)
  await mustRun('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    env: { PATH },
    failure: 'npm ci could not install the clients',
  })
}

if (isProgram(import.meta.url)) {
  await command(async (args) => {
    const ready = await setup({ test: true })
    await build(ready)
    const node = ready.browsers.nodes.node22 ?? process.execPath
    await installClients(node)
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    return run(process.execPath, [vitest, 'run', '--project', 'clients', ...args], {
      env: { PAREVM_NODE22: node },
    })
  })
}
