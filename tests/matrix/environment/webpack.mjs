// webpack and Rspack, which take the same configuration.

import { page, pinned, visit, writeApp } from '../app.mjs'

const config = `module.exports = {
  mode: 'production',
  entry: './src/main.js',
  output: { path: __dirname + '/public', filename: 'main.js' },
}
`

function row(name, packages, program, { isolated = false } = {}) {
  return {
    name: isolated ? `${name}, isolated` : name,
    short: false,
    async run(context) {
      await context.install(pinned(...packages))
      await writeApp(context)
      await context.write('build.config.cjs', config)
      const args = [context.module(program), 'build', '--config', 'build.config.cjs']
      await context.exec(process.execPath, args)
      await context.write('public/index.html', page('/main.js'))
      return visit(context, await context.serve('public', { isolated }))
    },
  }
}

const webpack = ['webpack 5', ['webpack', 'webpack-cli'], 'webpack-cli/bin/cli.js']
const rspack = ['Rspack 2', ['rspack', 'rspack-cli'], '@rspack/cli/bin/rspack.js']

export default [
  row(...webpack),
  row(...webpack, { isolated: true }),
  row(...rspack),
  row(...rspack, { isolated: true }),
]
