// Deno, with the permission to read and no other.

import { join } from 'node:path'
import { prepare, rowOf, script } from '../script.mjs'

// The platform's own package: that of all platforms finds it by an install script.
const PACKAGE = '@deno/linux-x64-glibc'

function row(name, kind) {
  return {
    name: `Deno, ${name}`,
    short: false,
    async run(context) {
      await prepare(context, [`${PACKAGE}@2.9.6`])
      await context.write('main.mjs', script({ load: 'import', ...kind }))
      const deno = join(context.folder, 'node_modules', PACKAGE, 'deno')
      const args = ['run', '--no-prompt', '--no-remote', '--node-modules-dir=manual']
      // Deno writes what it has compiled into its own folder, for which it asks nobody.
      const env = { ...process.env, DENO_DIR: join(context.folder, 'cache'), NO_COLOR: '1' }
      return rowOf(await context.exec(deno, [...args, '--allow-read', 'main.mjs'], { env }))
    },
  }
}

export default [
  row('threads', { build: 'threads', options: { threads: 2 } }),
  row('single', { build: 'single', options: { threads: 1 } }),
  row('without worker', { build: 'single', options: { worker: false } }),
]
