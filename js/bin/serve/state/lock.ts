import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { lstat, readlink, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { UsageError } from '../../usage.js'
import { messageOf } from './file.js'

/**
 * Locks a state file until the process exits.
 *
 * Each process creates an empty lock file, whose name has its id and start time, and only then looks for others: of any
 * two processes, the later one sees the other. A lock of an ended process is stale, because no running process has its id
 * and start time. Processes in different containers or machines do not see each other's locks.
 *
 * @throws {@link UsageError} Another process holds the lock, or the folder cannot be written.
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
    // Two simultaneous processes saw each other: both retry.
    await sleep(Math.random() * ATTEMPT_MS)
  }
  process.once('exit', () => {
    try {
      remove()
    } catch {
      // The lock is stale after the exit.
    }
  })
}

/**
 * Resolves the links in the path of a state file, which need not exist.
 *
 * @throws {@link UsageError} The folder does not exist.
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

/** Returns the id of the process that holds the lock of `path`, if any, and removes stale locks. */
function holderOf(path: string, own: string): number | undefined {
  const start = `${basename(path)}${LOCK}`
  let holder: number | undefined
  for (const name of readdirSync(dirname(path))) {
    if (name === own || !name.startsWith(start)) continue
    const [, pid, started] = /^(\d{1,10})-(\d{1,20})$/.exec(name.slice(start.length)) ?? []
    if (pid === undefined) continue
    // Where the start time is unknown, a process with the id counts as the holder.
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
    // The process belongs to another user.
    return Reflect.get(Object(error), 'code') === 'EPERM'
  }
}

/**
 * Returns the start time of a process in ticks since boot, or {@link UNKNOWN}; empty for a zombie.
 */
function startOf(pid: number): string {
  let status: string
  try {
    status = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return UNKNOWN
  }
  // After the name, which may hold any character: the state, and 19 fields later the start time.
  const fields = status.slice(status.lastIndexOf(')') + 2).split(' ')
  return ['Z', 'X'].includes(fields[0] ?? '') ? '' : (fields[19] ?? UNKNOWN)
}

/** Start time where the system hides it. */
const UNKNOWN = '0'

/** Infix of the name of a lock file, before the process. */
const LOCK = '.lock-'

const ATTEMPTS = 3
const ATTEMPT_MS = 50
/** Most links, as in Linux. */
const MOST_LINKS = 40
