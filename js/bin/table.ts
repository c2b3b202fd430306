/** Returns rows as lines with aligned columns, numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((word, column) =>
    Math.max(word.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (row: readonly string[]) => {
    const cells = row.map((word, column) => {
      const width = widths[column] ?? 0
      return /^[\d.,x-]+$/.test(word) ? word.padStart(width) : word.padEnd(width)
    })
    return cells.join('  ').trimEnd()
  }
  const rule = widths.map((width) => '-'.repeat(width))
  return [line(head), rule.join('  '), ...rows.map(line)].map((text) => `${text}\n`).join('')
}

/** Returns milliseconds with three significant digits. */
export function milliseconds(ms: number): string {
  if (ms >= 100) return ms.toFixed(0)
  if (ms >= 10) return ms.toFixed(1)
  if (ms >= 1) return ms.toFixed(2)
  return ms.toFixed(3)
}
