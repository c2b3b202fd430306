import { expect, test } from 'vitest'
import { serve } from '../provider/process.js'
import { compiler, copyProject, modules, run } from './client.js'

test('Hardhat deploys, sends, reads and meets a revert on a network of type http', async () => {
  const server = await serve('--threads', '1')
  try {
    const cli = modules.resolve('hardhat/package.json').replace('package.json', 'dist/src/cli.js')
    // It needs Node 22.
    const node = process.env.PAREVM_NODE22 ?? process.execPath
    const printed = await run(node, [cli, 'run', '--network', 'served', 'play.js'], {
      cwd: await copyProject(),
      env: { CHAIN_URL: server.url, SOLC: compiler.module, CI: '1' },
    })
    expect(JSON.parse(printed.slice(printed.indexOf('{')))).toEqual({
      chainId: '0x7a69',
      functions: 3,
      status: '0x1',
      logs: 1,
      number: 9,
      refused: expect.stringContaining('execution reverted: unlucky'),
      balance: '0x5',
    })
  } finally {
    await server.stop()
  }
})
