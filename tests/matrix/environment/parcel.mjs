// Parcel 2, which reads `exports` of packages only where its configuration asks for it.

import { pinned, visit, writeApp } from '../app.mjs'

function row(words, { packageExports, isolated = false }) {
  return {
    name: ['Parcel 2', ...words].join(', '),
    short: false,
    async run(context) {
      const own = { '@parcel/resolver-default': { packageExports } }
      await context.write('package.json', JSON.stringify(packageExports ? own : {}))
      await context.install(pinned('parcel'))
      await writeApp(context)
      const parcel = context.module('parcel/lib/bin.js')
      await context.exec(process.execPath, [parcel, 'build', 'index.html', '--no-cache'])
      await context.copy(context.block, 'dist/block.json.gz')
      return visit(context, await context.serve('dist', { isolated }))
    },
  }
}

export default [
  row([], { packageExports: false }),
  row(['packageExports'], { packageExports: true }),
  row(['packageExports', 'isolated'], { packageExports: true, isolated: true }),
]
