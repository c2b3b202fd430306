/** Most distinct lines: clients must not flood terminal or memory. */
const MOST_LINES = 100

/** Returns a function that writes each distinct line once. */
export function createNotices(write: (line: string) => void): (line: string) => void {
  const written = new Set<string>()
  return (line) => {
    if (written.has(line) || written.size > MOST_LINES) return
    written.add(line)
    const isLast = written.size > MOST_LINES
    write(`parevm: ${isLast ? 'more refusals are not printed' : line}\n`)
  }
}
