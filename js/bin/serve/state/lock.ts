import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { lstat, readlink, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { UsageError } from '../../usage.js'
import { messageOf } from './file.js'

/**
 * Locks a state file for this process, until the process ends.
 *
 * Each process that wants the file puts an empty one of its own beside it, whose name says which process it is,
 * and looks for others only then: of any two, the later one sees the other. A process that has ended holds
 * nobody, however it ended, because its number and the time of its start are those of no process that runs.
 * Processes that cannot see each other, as on two machines or in two containers, do not see each other's locks.
 *
 * @throws {@link UsageError} Another process has it, or its folder cannot be written.
 */
export async function lockState(path: string): Promise<void> {
  const own = `${basename(path)}${LOCK}${process.pid}-${startOf(process.pid)}`
  const folder = dirname(path)
  const remove = () => rmSync(join(folder, own), { force: true })
  for (let attempt = 1; ; attempt += 1) {
    try {
      writeFileSync(join(folder, own), '', { mode: 0o600 })
      const holder = holderOf(path, own)
      if (holder === undefined) break
      remove()
      if (attempt === ATTEMPTS)
        throw new UsageError(`--state: ${path} is in use by process ${holder}: name another file`)
    } catch (error) {
      if (error instanceof UsageError) throw error
      throw new UsageError(`--state: ${folder} cannot be written: ${messageOf(error)}`)
    }
    // Two that have come at the same moment have seen each other.
    await sleep(Math.random() * ATTEMPT_MS)
  }
  process.once('exit', () => {
    try {
      remove()
    } catch {
      // It is stale as soon as this process has ended.
    }
  })
}

/**
 * Returns where a state file lies, so that a link to it is another name of the same file, also before there is
 * one.
 *
 * @throws {@link UsageError} Its folder is not there.
 */
export async function resolveState(path: string, links = 0): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if (Reflect.get(Object(error), 'code') !== 'ENOENT') throw unreachable(path, error)
  }
  try {
    const folder = await realpath(dirname(resolve(path)))
    const file = join(folder, basename(path))
    const status = await lstat(file).catch(() => undefined)
    if (status?.isSymbolicLink() !== true || links === MOST_LINKS) return file
    return await resolveState(resolve(folder, await readlink(file)), links + 1)
  } catch (error) {
    throw error instanceof UsageError ? error : unreachable(path, error)
  }
}

function unreachable(path: string, error: unknown): UsageError {
  return new UsageError(`--state: ${path} cannot be reached: ${messageOf(error)}`)
}

/** Returns the process that holds `path`, if one does, and removes the locks of those that have ended. */
function holderOf(path: string, own: string): number | undefined {
  const start = `${basename(path)}${LOCK}`
  let holder: number | undefined
  for (const name of readdirSync(dirname(path))) {
    if (name === own || !name.startsWith(start)) continue
    const [, pid, started] = /^(\d{1,10})-(\d{1,20})$/.exec(name.slice(start.length)) ?? []
    if (pid === undefined) continue
    // Where the system hides when a process has started, one with that number is taken for it.
    const isIt = isRunning(Number(pid)) && [started, UNKNOWN].includes(startOf(Number(pid)))
    if (isIt) holder = Number(pid)
    else rmSync(join(dirname(path), name), { force: true })
  }
  return holder
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It runs, as another user.
    return Reflect.get(Object(error), 'code') === 'EPERM'
  }
}

/**
 * Returns when a process has started, in ticks since the machine has, or {@link UNKNOWN}. One
 * that has ended, and for whose parent only its exit code is kept, has no start.
 */
function startOf(pid: number): string {
  let status: string
  try {
    status = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return UNKNOWN
  }
  // Behind the name, which may hold anything: state, and 19 fields later the start.
  const fields = status.slice(status.lastIndexOf(')') + 2).split(' ')
  return ['Z', 'X'].includes(fields[0] ?? '') ? '' : (fields[19] ?? UNKNOWN)
}

/** The system does not say when a process has started. */
const UNKNOWN = '0'

/** What comes between the name of a state file and that of a process in the name of a lock. */
const LOCK = '.lock-'

const ATTEMPTS = 3
const ATTEMPT_MS = 50
/** As many as Linux follows. */
const MOST_LINKS = 40
