// The fixture files below a folder, one after the other. The same rules as `parevm-cli conformance`.

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { isBeside, joined } from './beside.mjs'
import { isInSample } from './sample.mjs'
import { isSchema, judgeOf } from './schemas.mjs'

/** More bytes than any fixture has, unpacked. */
const mostBytes = 2 ** 27

const isArchive = (name) => /\.(tar|tar\.gz|tgz|tar\.xz)$/.test(name)
const isFixture = (name, suite) => (suite === 'rpc' ? /\.io$/ : /\.json(\.gz)?$/).test(name)

/**
 * Yields `{ name, text }`, or `{ name, reason }` for what cannot be read: the largest files first and
 * archives last. `name` is the path below `folder`, with archives as folders. A file of the suite `rpc`
 * comes with what lies `beside` it, and who is to `judge` what schemas bind.
 */
export function* walk(folder, choice) {
  const { suite } = choice
  const files = []
  const archives = []
  const neighbours = []
  const schemas = []
  for (const found of list(folder, '')) {
    if (found.reason !== undefined) yield found
    else if (isArchive(found.name)) archives.push(found)
    else if (isFixture(found.name, suite)) {
      if (isInSample(found.name, choice)) files.push(found)
    } else if (suite === 'rpc' && (isBeside(found.name) || isSchema(found.name))) {
      const neighbour = read(found)
      if (neighbour.reason !== undefined) yield neighbour
      else (isSchema(found.name) ? schemas : neighbours).push(neighbour)
    }
  }
  const rest = suite === 'rpc' ? { beside: joined(neighbours), judge: judgeOf(schemas) } : {}
  files.sort((one, other) => other.size - one.size)
  for (const file of files) yield { ...read(file), ...rest }
  for (const archive of archives) yield* unpack(archive, choice)
}

/** Everything below `path`: `{ name, path, size }`, or `{ name, reason }`. */
function list(path, name, above = []) {
  let facts
  try {
    facts = statSync(path)
    if (facts.isFile()) return [{ name: name || basename(path), path, size: facts.size }]
    if (!facts.isDirectory()) return [{ name, reason: 'is no file' }]
    const id = `${facts.dev}:${facts.ino}`
    if (above.includes(id)) return [{ name, reason: 'cannot be read: a circle of links' }]
    return readdirSync(path)
      .sort()
      .flatMap((child) =>
        list(join(path, child), name ? `${name}/${child}` : child, [...above, id]),
      )
  } catch (error) {
    return [{ name: name || basename(path), reason: `cannot be read: ${error.message}` }]
  }
}

function read({ name, path, size }) {
  try {
    if (size > mostBytes) return { name, reason: `has more than ${mostBytes} bytes` }
    const bytes = readFileSync(path)
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b
    return { name, text: isGzip ? gunzipSync(bytes, { maxOutputLength: mostBytes }) : bytes }
  } catch (error) {
    if (error.code === 'ERR_BUFFER_TOO_LARGE')
      return { name, reason: `has more than ${mostBytes} bytes` }
    return { name, reason: `cannot be read: ${error.message}` }
  }
}

/** The files of an archive, by the system's `tar`. Whatever else is in it cannot be used. */
function* unpack({ name, path }, choice) {
  const folder = mkdtempSync(join(tmpdir(), 'parevm-fixtures-'))
  try {
    mkdirSync(folder, { recursive: true })
    const { status, stderr, error } = spawnSync('tar', ['-xf', path, '-C', folder], {
      encoding: 'utf8',
    })
    const files = list(folder, name)
    for (const found of files) {
      if (found.reason !== undefined) yield found
      else if (!isFixture(found.name, choice.suite))
        yield { name: found.name, reason: 'is no fixture file' }
      else if (isInSample(found.name, choice)) yield read(found)
    }
    if (status !== 0) {
      const words = error?.message ?? stderr.trim().split('\n')[0]
      yield { name, reason: `the archive cannot be read: ${words}` }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
