/** What `parevm --help` prints. */
export const OVERVIEW = `parevm runs Ethereum blocks on all cores.

Usage: parevm COMMAND [OPTIONS]

  run         executes blocks and compares them with their headers
  serve       serves a chain in memory as JSON-RPC, over HTTP and WebSocket
  simulate    shows what calls would do, and changes nothing
  help        lists the options of a command: parevm help serve

  -h, --help     prints this, or with a command its options
  -v, --version  prints the version

Exit codes: 0 if everything went as it should, 1 if a check or a call failed, 2 if the command line or
a file that it names is wrong.
`

/** What `parevm help COMMAND` prints. */
export const HELP: ReadonlyMap<string, string> = new Map([
  [
    'run',
    `parevm run [FILE...]     executes blocks and compares them with their headers; without FILE the
                         blocks that come with the package
    --threads N          threads that execute                      (default: one per core)
    --executor NAME      auto, parallel, sequential or bal         (default: auto)
    --json               one JSON array on stdout, words on stderr
`,
  ],
  [
    'serve',
    `parevm serve             serves a chain in memory as JSON-RPC, over HTTP and WebSocket
    --host ADDRESS       address to listen on; 0.0.0.0 for every machine that reaches this one
                                                                   (default: 127.0.0.1)
    --port N             0 for any that is free                    (default: 8545)
    --genesis FILE       first block and rules                     (default: a chain for development)
    --import FILE        blocks that follow, as in chain.rlp
    --chain-id N         of the chain for development              (default: 31337)
    --accounts N         accounts that own ether and sign          (default: 10)
    --mnemonic WORDS     from which they are derived               (default: test test ... junk)
    --mnemonic-file FILE words of your own, which --mnemonic would show to other users; or PAREVM_MNEMONIC
    --mnemonic-prompt    asks for them and does not show them
    --allow-origin URL   origin of pages that may send requests, such as https://app.example; may be
                         repeated               (default: loopback and browser extensions only)
    --allow-host NAME    another name of this server in the Host header; may be repeated
                                                                   (default: localhost, and --host)
    --token-file FILE    token that requests have to bring; or PAREVM_TOKEN, or --token TOKEN
    --calls FILE         sends these calls first, as simulate takes them; serves if none fails
    --block-time N       a block every N seconds                   (default: one per transaction)
    --no-mining          blocks only on evm_mine
    --state FILE         goes on with the chain in FILE, if there is one, and keeps it there: docs/serve-state.md
    --state-interval N   saves it every N seconds, if it has changed; and at the end (default: 60)
    --threads N          threads that execute                      (default: one per core)
    --limit NAME=VALUE   sets one of the limits of docs/limits.md; may come several times
    --verbose            logs each request on stderr: method, time, error
    --json               one line of JSON on stdout when it serves, in place of the accounts
`,
  ],
  [
    'simulate',
    `parevm simulate          shows what calls would do, and changes nothing; exit code 0 if none fails
    --to ADDRESS         one call; without it a creation
    --data HEX
    --value WEI
    --calls FILE         several, one on top of the other: a list, or what wallet_sendCalls takes
    --from ADDRESS       sender of those that name none            (default: the zero address)
    --atomic             none happens where one fails
    --abi FILE           by which reverts are decoded
    --block N            block on whose state they run             (default: latest)
    --genesis FILE       first block and rules                     (default: a chain for development)
    --import FILE        blocks that follow, as in chain.rlp
    --threads N          threads that execute                      (default: one per core)
    --json               the report on stdout, as parevm_simulate answers
`,
  ],
])
