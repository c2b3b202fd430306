// Bun: ESM and `require`.

import { join } from 'node:path'
import { prepare, rowOf, script } from '../script.mjs'

// The platform's own package: that of all platforms finds it by an install script.
const PACKAGE = '@oven/bun-linux-x64'

function row(name, file, kind) {
  return {
    name: `Bun, ${name}`,
    short: false,
    async run(context) {
      await prepare(context, [`${PACKAGE}@1.4.5`])
      const load = file.endsWith('.cjs') ? 'require' : 'import'
      await context.write(file, script({ load, ...kind }))
      const bun = join(context.folder, 'node_modules', PACKAGE, 'bin/bun')
      return rowOf(await context.exec(bun, ['run', file]))
    },
  }
}

const threads = { build: 'threads', options: { threads: 2 } }

export default [
  row('ESM', 'main.mjs', threads),
  row('ESM, single', 'main.mjs', { build: 'single', options: { threads: 1 } }),
  row('ESM, without worker', 'main.mjs', { build: 'single', options: { worker: false } }),
  row('require', 'main.cjs', threads),
]
