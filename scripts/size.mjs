// Builds, and measures what a user downloads: each wasm, and the JavaScript of each entry as a bundler makes it.
//
//   npm run size [-- --json] [--groups] [--check] [--write]
//
// `--groups` divides the single build into code by crate, data and the rest. `--check` fails where a size is above
// that of bench/size.json by more than 2 %, `--write` rewrites that file and the table of docs/performance.md.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { brotliCompressSync, gzipSync, constants as zlib } from 'node:zlib'
import { rolldown } from 'rolldown'
import { build } from './build.mjs'
import { replaced } from './markers.mjs'
import { command, isProgram, root, StepError, say } from './process.mjs'
import { setup } from './setup.mjs'
import { groupsOf } from './size/groups.mjs'

/** File of the recorded sizes. */
const recordFile = join(root, 'bench/size.json')
/** Factor above a recorded size that is still accepted. */
const tolerance = 1.02
const pageFile = join(root, 'docs/performance.md')
const markers = ['<!-- table of npm run size -->', '<!-- end of sizes -->']
/** Groups that the table names; the others are one row. */
const shownGroups = 16

/** Folders of wasm below dist/wasm, by entry. */
const entries = { parevm: '.', simulate: 'simulate' }

/** Returns the sizes of `bytes`: as they are, and as servers compress them. */
export function measure(bytes) {
  return { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotli(bytes) }
}

function brotli(bytes) {
  const params = {
    [zlib.BROTLI_PARAM_QUALITY]: 11,
    [zlib.BROTLI_PARAM_LGWIN]: 24,
    [zlib.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  }
  return brotliCompressSync(bytes, { params }).length
}

/** Resolves with the sizes of everything that is built, by file name as a user knows it. */
export async function measureAll() {
  const sizes = {}
  for (const [entry, folder] of Object.entries(entries))
    for (const flavour of ['single', 'threads']) {
      const file = join(root, 'dist/wasm', folder, flavour, 'parevm_bg.wasm')
      if (existsSync(file)) sizes[`${entry}/${flavour}.wasm`] = measure(readFileSync(file))
    }
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  for (const [name, key] of [
    ['parevm.js', '.'],
    ['parevm.worker.js', './worker'],
    ['simulate.js', './simulate'],
    ['simulate.worker.js', './simulate/worker'],
  ]) {
    const path = resolveExport(exports[key])
    if (path !== null) sizes[name] = measure(await bundle(join(root, path)))
  }
  return sizes
}

/** Returns the file of an entry of `exports` for a page, or null. */
export function resolveExport(target, conditions = ['browser', 'import', 'default']) {
  if (typeof target === 'string') return target
  for (const [condition, nested] of Object.entries(target ?? {})) {
    const found = conditions.includes(condition) ? resolveExport(nested, conditions) : null
    if (found !== null) return found
  }
  return null
}

/** Resolves with what a bundler makes of an entry for a page: the entry, and what it imports statically. */
async function bundle(input) {
  const build = await rolldown({ input, platform: 'browser', logLevel: 'silent' })
  try {
    const { output } = await build.generate({ format: 'es', minify: true })
    const chunks = new Map(output.map((file) => [file.fileName, file]))
    const wanted = new Set(output.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName))
    for (const name of wanted) for (const other of chunks.get(name).imports) wanted.add(other)
    const parts = [...wanted].flatMap((name) => chunks.get(name)?.code ?? [])
    return Buffer.from(parts.join(''))
  } finally {
    await build.close()
  }
}

/** Returns a sentence for each size that is not as recorded: above the tolerance, or not in the record at all. */
export function judge(sizes, recorded) {
  return Object.entries(sizes).flatMap(([name, { raw, brotli }]) => {
    const before = recorded[name]
    if (before === undefined) return [`${name} is not in ${basename(recordFile)}`]
    return Object.entries({ raw, brotli })
      .filter(([measure, bytes]) => bytes > before[measure] * tolerance)
      .map(
        ([measure, bytes]) => `${name}: ${bytes} bytes (${measure}), ${before[measure]} recorded`,
      )
  })
}

/** Resolves with 0 if nothing that is built is larger than recorded, else with 1. */
export async function checkSizes() {
  const found = judge(await measureAll(), JSON.parse(readFileSync(recordFile, 'utf8')))
  for (const sentence of found) say('size', sentence)
  if (found.length > 0) say('size', 'if it is worth that: npm run size -- --write')
  return found.length > 0 ? 1 : 0
}

/** Returns rows of the same form as Markdown. */
function table(rows) {
  const columns = Object.keys(rows[0])
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [
    line(columns),
    line(columns.map(() => '---')),
    ...rows.map((row) => line(columns.map((column) => row[column]))),
  ].join('\n')
}

const kB = (bytes) => (bytes / 1000).toFixed(bytes < 99_950 ? 1 : 0)

function sizeTable(sizes) {
  const rows = Object.entries(sizes).map(([file, { raw, gzip, brotli }]) => ({
    file,
    'raw, kB': kB(raw),
    'gzip, kB': kB(gzip),
    'brotli, kB': kB(brotli),
  }))
  return table(rows)
}

/** Returns the table of the groups. A group is compressed alone, which takes more than its part of the whole. */
function groupTable() {
  const file = join(root, '.tools/named/single.wasm')
  if (!existsSync(file))
    throw new StepError(`${file} is not there`, 'npm run build -- --only wasm --force')
  const groups = groupsOf(readFileSync(file))
  const data = groups.filter(({ group }) => !group.startsWith('code'))
  const code = groups.filter(({ group }) => group.startsWith('code'))
  const rest = code.slice(shownGroups)
  const others = {
    group: `code: ${rest.length} other crates`,
    count: rest.reduce((sum, { count }) => sum + count, 0),
    bytes: Buffer.concat(rest.map(({ bytes }) => bytes)),
  }
  return table(
    [...code.slice(0, shownGroups), others, ...data].map(({ group, count, bytes }) => ({
      group,
      functions: group.startsWith('code') ? count : '',
      'raw, kB': kB(bytes.length),
      'brotli alone, kB': kB(brotli(bytes)),
    })),
  )
}

if (isProgram(import.meta.url))
  await command(async (args) => {
    const { values } = parseArgs({
      args,
      options: Object.fromEntries(
        ['json', 'groups', 'check', 'write'].map((name) => [name, { type: 'boolean' }]),
      ),
    })
    await build(await setup())
    if (values.check) return checkSizes()
    const sizes = await measureAll()
    if (values.write) {
      writeFileSync(recordFile, `${JSON.stringify(sizes, null, 2)}\n`)
      const page = readFileSync(pageFile, 'utf8')
      const tables = `${sizeTable(sizes)}\n\n${groupTable()}\n`
      writeFileSync(pageFile, replaced(page, markers, tables))
    }
    const shown = values.groups ? `${sizeTable(sizes)}\n\n${groupTable()}` : sizeTable(sizes)
    process.stdout.write(`${values.json ? JSON.stringify(sizes) : shown}\n`)
    return 0
  })
