#!/usr/bin/env node
import { bench } from './bench.js'
import { run } from './run.js'
import { serve } from './serve.js'
import { simulate } from './simulate.js'
import { UsageError } from './usage.js'

const HELP = `parevm runs Ethereum blocks on all cores.

  parevm run [FILE...]   executes blocks and compares them with their headers; without FILE the
                         blocks that come with the package
    --threads N          threads that execute                      (default: one per core)
    --executor NAME      auto, parallel, sequential or bal         (default: auto)
    --json               one JSON array on stdout, words on stderr

  parevm bench           times blocks beside plain revm
    --suite NAME         mainnet: recorded blocks; synthetic: made (default: mainnet)
    --blocks DIR         where recorded ones lie                   (default: those of the package)
    --count N            transactions of each made one             (default: about 1 Ggas)
    --only NAME,...      only these blocks                         (default: all)
    --threads 1,2        thread counts to try                      (default: one per core)
    --runs N             samples of each, in turn                  (default: 9)
    --passes N           through all blocks, with a part of them   (default: 3)
    --sample-ms N        a sample is repeated until it takes this  (default: 100)
    --json FILE          writes the figures to FILE

  parevm serve           serves a chain in memory as JSON-RPC, over HTTP and WebSocket, to this machine
    --genesis FILE       its first block and rules                 (default: one for development)
    --import FILE        blocks that follow, as in chain.rlp
    --port N             0 for any that is free                    (default: 8545)
    --chain-id N         of the one for development                (default: 31337)
    --accounts N         that own something and sign               (default: 10)
    --mnemonic WORDS     from which they are derived               (default: test test ... junk)
    --block-time N       a block every N seconds                   (default: one per transaction)
    --no-mining          blocks only on evm_mine
    --threads N          threads that execute                      (default: one per core)
    --json               one line of JSON on stdout when it serves

  parevm simulate        tells what calls would do, and changes nothing; exit code 0 if none fails
    --to ADDRESS         one call; without it a creation
    --data HEX
    --value WEI
    --calls FILE         several, one on top of the other: a list, or what wallet_sendCalls takes
    --from ADDRESS       who sends those that name nobody          (default: the zero address)
    --atomic             none happens where one fails
    --abi FILE           by which reverts are decoded
    --block N            on whose state                            (default: latest)
    --genesis FILE, --import FILE, --threads N                     as above
    --json               the report on stdout, as parevm_simulate answers
`

const commands: Record<string, (args: string[]) => Promise<boolean>> = {
  run,
  bench,
  serve,
  simulate,
}

/** Resolves with the exit code: 0 only if everything went as it should. */
async function main(args: string[]): Promise<number> {
  const [name = 'help', ...rest] = args
  if (['help', '--help', '-h'].includes(name) || rest.includes('--help')) {
    process.stdout.write(HELP)
    return 0
  }
  const command = commands[name]
  try {
    if (command === undefined) throw new UsageError(`there is no command ${JSON.stringify(name)}`)
    return (await command(rest)) ? 0 : 1
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`parevm: ${error.message}\nTry: parevm --help\n`)
    return 2
  }
}

process.exitCode = await main(process.argv.slice(2))
