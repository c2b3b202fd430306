// Glossary of the project: private words, and the word of the field to write instead.
//
// `name` is matched against a line in lower case whose identifiers are split into words, `raw` against the line as it is.
// `only` limits an entry to paths. Text that matches an exception is removed from the line first; `why` says what it is.

const stm = /^crate\/stm\//
const engine = /^crate\/parevm\/src\//
const vm = /^crate\/parevm\/src\/(vm|execute|bal)\//
const bal = /^crate\/parevm\/src\/bal\//
/** Where a block is split between workers. Elsewhere a chunk is one of a stream, an arena or a slice. */
const split =
  /^(crate\/parevm\/src\/(execute|engine)|crate\/wasm\/src|crate\/testkit\/tests\/suite\/executor|js\/src\/pool)\b/
const rustChunks =
  /\b(par_|as_|array_|first_|last_|split_first_)?r?chunks?(_exact|_by)?(_mut)?(::<\w+>)?\(/g
const pool = /^js\/src\/pool\//

export const glossary = [
  {
    name: /\bsettl(e|es|ed|ing)\b/,
    write: 'commit, committed',
    except: [
      { text: /Promise\.allSettled|PromiseSettledResult/g, why: 'names of the language' },
      { text: /mockSettledResults|vi\.\w*[sS]ettled\w*/g, why: 'names of the test runner' },
      { text: /\bpromises? (is |are )?settle[sd]?\b/g, why: 'what a promise does' },
    ],
  },
  {
    name: /\bfrontier\b/,
    write: 'commit index',
    except: [
      { text: /\bFrontier\b|\bFRONTIER\b|['"`]frontier['"`]|frontier:/g, why: 'the first fork' },
      {
        text: /\bfrontier(?=(_|To|To[A-Z]|\/|\.json))/g,
        why: 'the first fork, in names of fixtures',
      },
    ],
  },
  { name: /\baside\b/, write: 'suspend, suspended' },
  { name: /\bgo(es)? on with\b/, write: 'resume, continue' },
  { name: /\bbeds?\b/, write: 'parker' },
  { raw: /\bHabits?\b|\bKinds\b/, only: /\.rs$/, write: 'call class, write predictor' },
  {
    raw: /\bClaims\b|\bLongestFirst\b|\bearly_enough\b/,
    only: /^crate\/(stm|parevm)\/.*\.rs$/,
    write: 'WorkOrder',
  },
  { name: /\bmark(s|ed)?\b/, only: stm, write: 'estimate' },
  { name: /\bpatch(es|ed)?\b/, only: stm, write: 'write, write set' },
  { name: /\bh[eo]ld against\b/, write: 'validate' },
  { name: /\b(first|final) runs?\b/, write: 'optimistic execution, incarnation; re-execution' },
  { name: /\bon a (wrong )?guess\b/, write: 'optimistic, incarnation' },
  {
    raw: /\b(before|after)_transactions\b|\bwithout_edges\b|\bEdges\b/,
    write: 'pre_execution_changes, post_execution_changes, without_protocol_changes',
  },
  { raw: /\bexecute::Limits\b/, write: 'GasPool' },
  {
    raw: /\bListed\w*|\bAudit\b|\bRecording\b/,
    only: bal,
    write: 'BalState, BalVerifier, BalRecorder',
  },
  {
    raw: /\bpreimages?\b|\bKeepsHashes\b/,
    only: vm,
    write: 'keccak cache',
  },
  { raw: /\bcollision(\.rs|::)|\bmod collision\b/, write: 'transact, eip7610' },
  { raw: /\bjournal::empty\b/, write: 'journal::clear' },
  { raw: /\bMiddle\b/, only: /\.rs$/, write: 'Continuation' },
  {
    raw: /\bWorld\b/,
    only: /^crate\/node\//,
    write: 'NodeState',
    except: [{ text: /[Hh]ello,? World/g, why: 'a greeting' }],
  },
  { name: /\bfilling\b/, write: 'fill transaction' },
  { name: /\bhand ?outs?\b/, write: 'work queue' },
  { name: /\bpieces?\b/, only: split, write: 'batch' },
  {
    name: /\bchunks?\b/,
    only: split,
    write: 'batch, partial result',
    except: [{ text: rustChunks, why: 'slices of Rust' }],
  },
  { name: /\bgather(s|ed|ing)?\b/, write: 'collect' },
  { raw: /'(help|lead)'/, only: pool, write: 'helper, leader' },
  { name: /\b(told|tell|tells|telling)\b/, write: 'send, report, notify, name' },
  { name: /\bheed(s|ed|ing)?\b/, write: 'apply, follow' },
  { name: /\b(hear|hears|heard)\b/, write: 'receive, notify' },
  { name: /\b(came|begun)\b/, write: 'on_transaction, started, arrived' },
  { raw: /\bmade\b(?=\??\s*[:(=])|\.made\b/, only: /^(crate|js)\//, write: 'created' },
  { name: /\bplain loops?\b/, write: 'reference loop (plain revm)' },
  { name: /\bas in order\b/, write: 'equals sequential' },
  { name: /\bwhom\b/, write: 'a noun: the account, the caller, the transaction' },
  { name: /\bwho do not meet\b|\bwho meet\b/, write: 'conflict-free; conflicting' },
  { name: /\bto be had\b|\bothers than\b/, write: 'available; plain words' },
  { name: /\btimes less\b/, write: 'latency, throughput, ratio to plain revm' },
  {
    raw: /\bblock::Schedule\b|\bblock::\{[^}]*\bSchedule\b/,
    write: 'ForkSchedule',
    except: [
      { text: /`block::Schedule` is `block::ForkSchedule`/g, why: 'the changelog names both' },
    ],
  },
  { raw: /\bExecutor::Parallel\b/, only: engine, write: 'Executor::Optimistic' },
]
