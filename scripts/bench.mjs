// Sets up, builds, and measures: `npm run bench -- [--suite mainnet|synthetic] [--blocks DIR] [--threads 1,2]`.

import { command, isProgram } from './process.mjs'
import { runCommand } from './start.mjs'

if (isProgram(import.meta.url)) await command((args) => runCommand('bench', args))
