// Progress of a cargo build: compiled units of all, and an estimate of the time left.

/**
 * CPU seconds of the crates that take longest, from `cargo build --timings` of a threads build on two cores. Any other
 * unit counts as `small`. Only their ratios matter.
 */
const weights = {
  parevm: 80,
  parevm_simulate: 45,
  parevm_node: 45,
  core: 51,
  js_sys: 31,
  revm_precompile: 29,
  std: 24,
  derive_more_impl: 19,
  wasm_bindgen_macro_support: 19,
  syn: 16,
  object: 15,
  alloc: 13,
  zerocopy: 12,
  proc_macro: 12,
  ark_ff: 11,
  parevm_wasm: 11,
  alloy_rpc_types_trace: 11,
  gimli: 10,
  futures_util: 10,
  serde_derive: 10,
  alloy_rpc_types_eth: 10,
  num_bigint: 9,
  revm_inspectors: 9,
  compiler_builtins: 9,
  wasm_bindgen: 9,
  alloy_dyn_abi: 9,
  alloy_consensus: 8,
  bitvec: 8,
  serde_core: 8,
  revm_database: 8,
  alloy_json_abi: 7,
  rayon: 7,
}
const small = 1

/** Weight of a compiled unit, named as cargo names its target. */
export function weightOf(name) {
  return weights[name.replaceAll('-', '_')] ?? small
}

/** Names of the units that a build compiles, from the output of `cargo build --unit-graph`. */
export function unitsOf(text) {
  return JSON.parse(text)
    .units.filter(({ mode }) => mode !== 'run-custom-build')
    .map(({ target }) => target.name)
}

/**
 * Line about a build of which `done` of `total` weight is compiled after `seconds`: percent, and the time
 * left at the same rate.
 */
export function progressLine({ done, total, seconds }) {
  const share = total > 0 ? Math.min(done / total, 1) : 0
  const percent = `${Math.floor(share * 100)} % compiled`
  // The first crates are small and say nothing about the rate.
  if (share < 0.05) return percent
  const left = (seconds / share) * (1 - share)
  return `${percent}, about ${left < 90 ? `${Math.ceil(left / 10) * 10} s` : `${Math.ceil(left / 60)} min`} left`
}

/**
 * Returns a reader of cargo's JSON messages, line by line, which calls `report` with progress at most every
 * `everyMs`. `units` are the names of all units; those that cargo finds compiled do not count.
 */
export function createProgress(
  units,
  report,
  { everyMs = 10_000, now = () => performance.now() } = {},
) {
  const start = now()
  let last = start
  let done = 0
  let total = units.reduce((sum, name) => sum + weightOf(name), 0)
  return (line) => {
    const message = parse(line)
    if (message?.reason !== 'compiler-artifact') return
    const weight = weightOf(message.target.name)
    if (message.fresh) total -= weight
    else done += weight
    if (now() - last < everyMs) return
    last = now()
    report(progressLine({ done, total, seconds: (last - start) / 1000 }))
  }
}

function parse(line) {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
