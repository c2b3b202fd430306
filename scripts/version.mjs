// Versions of tools: found in what a command prints, and compared by number.

/** The first `1.2` or `1.2.3` in `text`, or null. A suffix such as `-nightly` is left off. */
export function parseVersion(text) {
  const found = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text ?? '')
  return found ? [found[1], found[2], found[3] ?? '0'].map(Number).join('.') : null
}

/** Below, at or above zero as `a` is older than, equal to or newer than `b`. */
export function compareVersions(a, b) {
  const left = a.split('.').map(Number)
  const right = b.split('.').map(Number)
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** Whether `version` lies in `from..=to`. No version lies in no range. */
export function isWithin(version, { from, to }) {
  if (version === null) return false
  return compareVersions(version, from) >= 0 && compareVersions(version, to) <= 0
}
