import { execFile } from 'node:child_process'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const tsc = join(root, 'node_modules/typescript/bin/tsc')

/** A folder in which somebody has installed the package from its tarball. */
let folder: string
let files: string[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parevm-'))
  const packed = await start(['npm', 'pack', '--json', '--pack-destination', folder], root)
  const [tarball] = JSON.parse(packed)
  files = tarball.files.map(({ path }: { path: string }) => path)
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  await start(
    ['npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', tarball.filename],
    folder,
  )
})

async function start([command = '', ...args]: string[], cwd: string): Promise<string> {
  return (await promisify(execFile)(command, args, { cwd, maxBuffer: 2 ** 24 })).stdout
}

test('the tarball holds both builds and the embedded blocks, no tests and no benchmarks', () => {
  for (const build of ['threads', 'single'])
    for (const name of ['parevm.js', 'parevm_bg.wasm'])
      expect(files).toContain(`dist/wasm/${build}/${name}`)
  expect(files).toContain('dist/js/src/index.js')
  expect(files).toContain('fixtures/19933122.json.gz')
  for (const name of ['SECURITY.md', 'THIRD-PARTY-NOTICES.txt']) expect(files).toContain(name)
  expect(files.filter((path) => /\.(test|testkit)\./.test(path))).toEqual([])
  expect(files.filter((path) => /^(crate|tests|scripts|bench|dist\/testing)\//.test(path))).toEqual(
    [],
  )
})

test.each(['threads', 'single'])(
  'the %s build has no function of the test build',
  async (build) => {
    const path = join(folder, `node_modules/parevm/dist/wasm/${build}/parevm.js`)
    const functions = [...(await readFile(path, 'utf8')).matchAll(/^ +(\w+)\(/gm)].map(
      ([, name]) => name,
    )
    expect(functions).toContain('executeBlock')
    for (const name of [
      'replay',
      'replaySynthetic',
      'synthetic',
      'conformance',
      'panicInEngine',
      'panicInPool',
      'hang',
    ])
      expect(functions).not.toContain(name)
  },
)

test('the installed package executes a block', async () => {
  await writeFile(
    join(folder, 'block.js'),
    `import { readFile } from 'node:fs/promises'
    import { createEvm } from 'parevm'
    const evm = await createEvm()
    const fixture = await readFile('node_modules/parevm/fixtures/19933122.json.gz')
    const { gasUsed, checks } = await evm.executeBlock({ fixture })
    await evm.close()
    console.log(String(gasUsed), checks.receiptsRoot)`,
  )
  expect((await start([process.execPath, 'block.js'], folder)).trim()).toBe('2056821 true')
})

/** TypeScript examples of a page, which find the fixtures in the installed package. */
async function examplesOf(page: string): Promise<string[]> {
  const text = await readFile(join(root, page), 'utf8')
  return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) =>
    code.replace("'fixtures/", "'node_modules/parevm/fixtures/"),
  )
}

test('the example of the README runs', async () => {
  const [example] = await examplesOf('README.md')
  const last = 'console.log(gasUsed, checks, report.status, report.assetChanges)'
  await writeFile(join(folder, 'readme.js'), `${example}\n${last}`)
  const output = await start([process.execPath, 'readme.js'], folder)
  expect(output).toContain('2056821n')
  expect(output).not.toContain('false')
  expect(output).toContain('change: -5n')
})

test('the example of docs/simulate.md runs', async () => {
  const [example] = await examplesOf('docs/simulate.md')
  const printed = example?.replaceAll(
    /^await (evm\.(?!close).*?)( \/\/.*)?$/gm,
    'console.log(await $1)',
  )
  const last = 'console.log(report.status, report.assetChanges)'
  await writeFile(join(folder, 'simulate.js'), `${printed}\n${last}`)
  const answers = await start([process.execPath, 'simulate.js'], folder)
  expect(answers).toContain('21000n')
  expect(answers).toContain("type: 'CALL'")
  expect(answers).toContain("number: '0x0'")
  expect(answers).toContain('change: -5n')
})

test('the installed command runs', async () => {
  const output = await start(['npx', '--no-install', 'parevm', 'run', '--json'], folder)
  const numbers = JSON.parse(output).map(({ number }: { number: number }) => number)
  expect(numbers).toEqual([19933122])
})

test('its types need neither those of Node nor skipLibCheck', async () => {
  await writeFile(
    join(folder, 'use.ts'),
    `import { createEvm, InvalidTransactionError, type Receipt } from 'parevm'
    export async function receipts(fixture: Uint8Array): Promise<readonly Receipt[]> {
      await using evm = await createEvm({ threads: 'auto' })
      const block = await evm.executeBlock({ fixture, onProgress: ({ committed }) => committed })
      const gas: bigint = block.gasUsed
      if (gas === 0n) throw new InvalidTransactionError({ code: '', message: '', data: {} })
      return block.receipts
    }
    // @ts-expect-error There is no such option.
    await createEvm({ speed: 'fast' })`,
  )
  const options = ['--strict', '--noEmit', '--target', 'es2022', '--module', 'nodenext']
  options.push('--lib', 'es2022,dom,esnext.disposable', '--types', '')
  await start([process.execPath, tsc, ...options, 'use.ts'], folder)
})
