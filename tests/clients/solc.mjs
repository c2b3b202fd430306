#!/usr/bin/env node
// The Solidity compiler of the package, with the two flags that forge and Hardhat call a program with.

import { createRequire } from 'node:module'
import { text } from 'node:stream/consumers'

const tools = createRequire(new URL('tools/package.json', import.meta.url))
const solc = tools('solc')

if (process.argv.includes('--version'))
  process.stdout.write(
    `solc, the solidity compiler commandline interface\nVersion: ${solc.version()}\n`,
  )
else process.stdout.write(solc.compile(await text(process.stdin)))
