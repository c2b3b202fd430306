import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const flag = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission'

/** Starts an engine in a process of its own, of a copy of the package; returns what it says. */
async function start(
  change: (copy: string) => Promise<unknown>,
  flags = (_: string): string[] => [],
  options = {},
) {
  const copy = await mkdtemp(join(tmpdir(), 'parevm-'))
  try {
    await cp(join(root, 'dist'), join(copy, 'dist'), { recursive: true })
    await cp(join(root, 'package.json'), join(copy, 'package.json'))
    await writeFile(
      join(copy, 'start.js'),
      `import { createEvm } from './dist/js/src/index.js'
      const print = ({ name, code, url, message }) =>
        console.log(JSON.stringify({ name, code, url, message }))
      const options = { threads: 2, ...JSON.parse(process.argv[2]) }
      await createEvm(options).then((evm) => evm.close().then(() => print({ code: 'started' })), print)`,
    )
    await change(copy)
    const output = await new Promise<string>((resolve, reject) => {
      const args = [
        '--no-warnings',
        ...flags(copy),
        join(copy, 'start.js'),
        JSON.stringify(options),
      ]
      execFile(process.execPath, args, (error, stdout, stderr) =>
        error === null ? resolve(stdout) : reject(new Error(`${stdout}${stderr}`)),
      )
    })
    return JSON.parse(output)
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

const threads = 'dist/wasm/threads'
const nothing = async () => {}

const settings: [string, string, (copy: string) => Promise<unknown>, (copy: string) => string[]][] =
  [
    [
      'MODULE_NOT_FOUND',
      'parevm_bg.wasm',
      (copy) => rm(join(copy, threads, 'parevm_bg.wasm')),
      () => [],
    ],
    [
      'MODULE_WRONG_TYPE',
      'parevm_bg.wasm',
      (copy) => writeFile(join(copy, threads, 'parevm_bg.wasm'), '<!doctype html>'),
      () => [],
    ],
    [
      'WORKER_NOT_FOUND',
      'worker.bundle.js',
      (copy) => rm(join(copy, 'dist/js/src/worker.bundle.js')),
      () => [],
    ],
    [
      'MODULE_DENIED_BY_NODE',
      'parevm_bg.wasm',
      nothing,
      (copy) => [
        flag,
        '--allow-worker',
        ...['start.js', 'package.json', 'dist/js/*'].map(
          (path) => `--allow-fs-read=${join(copy, path)}`,
        ),
      ],
    ],
    [
      'WORKER_DENIED_BY_NODE',
      'worker.bundle.js',
      nothing,
      (copy) => [flag, `--allow-fs-read=${join(copy, '*')}`],
    ],
  ]

test.each(settings)('%s of %s', async (code, file, change, flags) => {
  // Left to itself, an engine without the permission runs in the caller's thread.
  const end = await start(change, flags, code === 'WORKER_DENIED_BY_NODE' ? { worker: true } : {})
  expect(end).toMatchObject({ code, url: expect.stringContaining(file) })
  expect(end.message).toContain(end.url)
  expect(end.message).not.toContain('report')
})

test('an engine starts with the permissions of the troubleshooting page', async () => {
  const flags = (copy: string) => [flag, '--allow-worker', `--allow-fs-read=${join(copy, '*')}`]
  expect(await start(nothing, flags)).toMatchObject({ code: 'started' })
})
