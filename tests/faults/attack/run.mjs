// Attacks a server while honest clients use it, and prints what they saw.
//
//   npm run attack -- --minutes 30
//   npm run attack -- --help

import { load } from './load.mjs'

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))
const { main } = await load('./main.ts')
process.exitCode = await main(process.argv.slice(2))
// What the server left open does not keep the program.
process.exit()
