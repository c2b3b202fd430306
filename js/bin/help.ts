/** Text of `parevm --help`. */
export const OVERVIEW = `parevm runs Ethereum blocks on all cores.

Usage: parevm COMMAND [OPTIONS]

  run         executes blocks, and checks them against their headers and sequential execution
  serve       serves a development node: JSON-RPC over HTTP and WebSocket
  simulate    reports what calls do, without changing the chain
  help        lists the options of a command: parevm help serve

  -h, --help     prints this help, or the options of a command
  -v, --version  prints the version

Exit codes: 0 success, 1 a failed check or call, 2 an error in the command line or in a file that it
names.
`

/** Texts of `parevm help COMMAND`. */
export const HELP: ReadonlyMap<string, string> = new Map([
  [
    'run',
    `parevm run [FILE...]     executes blocks, and checks them against their headers and sequential
                         execution; without FILE the blocks of the package
    --threads N          executing threads                         (default: one per core)
    --executor NAME      auto, parallel, sequential or bal         (default: auto)
    --json               prints one JSON array on stdout, messages on stderr
`,
  ],
  [
    'serve',
    `parevm serve             serves a development node: JSON-RPC over HTTP and WebSocket
    --host ADDRESS       address to listen on; 0.0.0.0 for all interfaces
                                                                   (default: 127.0.0.1)
    --port N             port; 0 for any free one                  (default: 8545)
    --genesis FILE       first block and forks                     (default: a development chain)
    --import FILE        blocks after the genesis, as in chain.rlp
    --chain-id N         id of the development chain               (default: 31337)
    --accounts N         number of funded accounts                 (default: 10)
    --mnemonic WORDS     mnemonic of the accounts                  (default: test test ... junk)
    --mnemonic-file FILE file of a secret mnemonic, which --mnemonic would show to other users; or PAREVM_MNEMONIC
    --mnemonic-prompt    reads the mnemonic from the terminal, without echo
    --allow-origin URL   origin of pages that may send requests, such as https://app.example; may be
                         repeated               (default: loopback and browser extensions only)
    --allow-host NAME    additional name of this server in the Host header; may be repeated
                                                                   (default: localhost, and --host)
    --token-file FILE    file of a token that requests must have; or PAREVM_TOKEN, or --token TOKEN
    --calls FILE         sends these calls first, in the format of simulate; exits where one fails
    --block-time N       mines a block every N seconds             (default: one per transaction)
    --no-mining          mines only on evm_mine
    --state FILE         resumes the chain in FILE, if any, and saves it there: docs/serve-state.md
    --state-interval N   saves a changed chain every N seconds, and at exit (default: 60)
    --threads N          executing threads                         (default: one per core)
    --limit NAME=VALUE   sets a limit of docs/limits.md; may be repeated
    --verbose            logs each request on stderr: method, time, error
    --json               prints one line of JSON on stdout when ready, in place of the accounts
`,
  ],
  [
    'simulate',
    `parevm simulate          reports what calls do, without changing the chain; exit code 0 if none fails
    --to ADDRESS         receiver of one call; left out, a contract creation
    --data HEX
    --value WEI
    --calls FILE         several calls, in order: a list, or the parameters of wallet_sendCalls
    --from ADDRESS       sender of calls without one               (default: the zero address)
    --atomic             undoes all calls where one fails
    --abi FILE           ABI whose errors decode reverts
    --block N            block whose state is used                 (default: latest)
    --genesis FILE       first block and forks                     (default: a development chain)
    --import FILE        blocks after the genesis, as in chain.rlp
    --threads N          executing threads                         (default: one per core)
    --json               prints the result of parevm_simulate on stdout
`,
  ],
])
