// The table of the README.

const columns = {
  environment: 'environment',
  result: 'result',
  build: 'build',
  wasmFetched: 'wasm fetched',
  kB: 'kB (brotli)',
  firstResultMs: 'first result, ms',
  note: 'note',
}

/** Returns rows as Markdown; of a reason only the first line. */
export function tableOf(rows) {
  const names = Object.values(columns)
  const lines = [names, names.map(() => '---')]
  for (const row of rows) lines.push(Object.keys(columns).map((key) => cell(row[key])))
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

function cell(value) {
  return String(value ?? '')
    .split('\n')[0]
    .replaceAll('|', '\\|')
}
