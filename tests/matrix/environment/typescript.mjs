// Types: TypeScript by every way to resolve modules, and the two checks of packages that npm has.

import { pinned } from '../app.mjs'

const use = (entry, more = '') => `import { createEvm, type Evm } from '${entry}'

export async function received(): Promise<bigint> {
  const evm: Evm = await createEvm({ threads: 1 })
  const { calls, assetChanges } = await evm.simulate({ calls: [{ to: '0x00', value: 5n }] })
  const gas: bigint = calls[0]?.gasUsed ?? 0n
  // @ts-expect-error A quantity is a bigint: types are not \`any\`.
  const wrong: string = gas
  void wrong
  void assetChanges
${more}  await evm.close()
  return gas
}
`
const block = `  const { receipts } = await evm.executeBlock({ fixture: new Uint8Array() })
  const count: number = receipts.length
  void count
`

function row(resolution, file, type, options) {
  return {
    name: `TypeScript 5.9, ${resolution}, .${file.split('.').at(-1)}${type === 'commonjs' ? ', CommonJS' : ''}`,
    short: false,
    async run(context) {
      await context.write('package.json', JSON.stringify({ private: true, type }))
      await context.install(pinned('typescript', 'node-types'))
      await context.write(file, use('parevm', block))
      await context.write(`simulate-${file}`, use('parevm/simulate'))
      const compilerOptions = {
        target: 'es2022',
        lib: ['es2023', 'dom'],
        types: ['node'],
        strict: true,
        noEmit: true,
        // Declarations of the package are checked, too.
        skipLibCheck: false,
        ...options,
      }
      const files = [file, `simulate-${file}`]
      await context.write('tsconfig.json', JSON.stringify({ compilerOptions, files }))
      await context.exec(process.execPath, [context.module('typescript/bin/tsc'), '-p', '.'])
      return {}
    },
  }
}

const node16 = { module: 'node16', moduleResolution: 'node16' }
const nodenext = { module: 'nodenext', moduleResolution: 'nodenext' }
const node10 = { module: 'commonjs', moduleResolution: 'node10', ignoreDeprecations: '5.0' }

/** Checks the tarball with a tool. */
function checkRow(name, packages, argsOf) {
  return {
    name,
    short: false,
    async run(context) {
      await context.install(pinned(...packages))
      const [program, ...args] = argsOf(context)
      await context.exec(process.execPath, [context.module(program), ...args])
      return {}
    },
  }
}

export default [
  row('node10', 'main.ts', 'commonjs', node10),
  row('node16', 'main.ts', 'module', node16),
  row('node16', 'main.ts', 'commonjs', node16),
  row('node16', 'main.mts', 'module', node16),
  row('node16', 'main.cts', 'module', node16),
  row('nodenext', 'main.ts', 'module', nodenext),
  row('nodenext', 'main.cts', 'module', nodenext),
  row('bundler', 'main.ts', 'module', { module: 'esnext', moduleResolution: 'bundler' }),
  checkRow('@arethetypeswrong/cli', ['attw'], ({ tarball }) => [
    '@arethetypeswrong/cli/dist/index.js',
    tarball,
    // Wasm, and scripts that nobody imports for their types.
    ...['--exclude-entrypoints', './wasm/*', './package.json', './worker', './simulate/worker'],
    // `parevm/provider` and `parevm/in-thread` are ES modules for CommonJS as well.
    ...['--ignore-rules', 'cjs-resolves-to-esm'],
  ]),
  checkRow('publint', ['publint'], ({ folder }) => [
    'publint/src/cli.js',
    `${folder}/node_modules/parevm`,
    '--strict',
  ]),
]
