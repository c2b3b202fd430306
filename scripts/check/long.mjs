// Files that may have more than 400 lines, each with the reason.

/** Ends of paths. `to split` marks files that have two subjects today; take them off the list when they are split. */
export const longFiles = new Map([
  ['js/src/type/wire.ts', 'generated from the Rust types'],
  ['rpc/mod.rs', 'the table of methods'],
  ...[
    'cli/tests/conformance.rs',
    'chain/saved.rs',
    'node/mod.rs',
    'node/saved.rs',
    'rpc/typed_data.rs',
    'state/trie.rs',
    'suite/chain.rs',
    'suite/executor/bal.rs',
    'suite/node/mining.rs',
    'suite/node/reserved.rs',
    'wasm/src/allocator/mod.rs',
  ].map((end) => [end, 'to split']),
])
