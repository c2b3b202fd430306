// Which files are run.

/**
 * Whether the file called `name` is in a sample of `percent` of a hundred.
 *
 * The same rule stands in `crate/cli/src/conformance/sample.rs`: FNV-1a over the seed in decimal, a
 * colon and the name, in 32 bits, mixed once more so that similar names part.
 */
export function isInSample(name, { sample, seed }) {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(`${seed}:${name}`)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0
  hash = (hash ^ (hash >>> 13)) >>> 0
  return (hash / 0xffffffff) * 100 <= sample
}
