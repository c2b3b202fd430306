// What an environment works with: a fresh folder with the package from the tarball, programs, servers and browsers.

import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { capture, root } from '../../scripts/process.mjs'
import { browse } from './browser.mjs'
import { proxy, serve } from './server.mjs'

/** Programs that all environments share. */
const program = join(import.meta.dirname, 'program')
/** Block that the package carries. */
const block = join(root, 'fixtures/19933122.json.gz')

/** Minutes that an installation or a build may take on a busy machine. */
const MAX_MINUTES = 10

/**
 * Creates the context of one environment, in a folder below `parent`.
 *
 * @param {string} parent
 * @param {string} tarball
 */
export function createContext(parent, tarball) {
  const folder = mkdtempSync(join(parent, 'row-'))
  const started = new Set()
  const at = (path) => resolve(folder, path)
  const exec = (command, args, options = {}) => execute(command, args, { cwd: folder, ...options })

  return {
    tarball,
    folder,
    program,
    block,
    /** Installs the package and further ones, `name@version`. Without further ones nothing is downloaded. */
    async install(packages = []) {
      if (packages.length === 0) {
        writeFileSync(
          at('package.json'),
          JSON.stringify({ type: 'module', ...jsonAt(at('package.json')) }),
        )
        return unpack(tarball, folder)
      }
      const manifest = at('package.json')
      const own = { private: true, name: 'environment', version: '1.0.0', ...jsonAt(manifest) }
      writeFileSync(manifest, JSON.stringify(own))
      const flags = [
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        '--prefer-offline',
        '--save-exact',
      ]
      await exec('npm', ['install', ...flags, '--loglevel=error', tarball, ...packages])
    },
    write(path, text) {
      mkdirSync(dirname(at(path)), { recursive: true })
      writeFileSync(at(path), text)
    },
    copy(from, to) {
      mkdirSync(dirname(at(to)), { recursive: true })
      cpSync(from, at(to), { recursive: true })
    },
    /** Resolves with the stdout of a program that ends well. */
    exec,
    /** Path of a file of an installed package. */
    module: (path) => at(join('node_modules', path)),
    /** Starts a server, whose arguments name the port; resolves once it answers. */
    async start(command, argsOf, options = {}) {
      const port = await freePort()
      const server = launch(command, argsOf(port), { cwd: folder, ...options })
      started.add(server)
      const url = `http://127.0.0.1:${port}/`
      await Promise.race([answers(`http://localhost:${port}/`), server.ended])
      return { url, output: server.output, stop: server.stop }
    },
    serve: (path, options) => track(started, serve(resolve(folder, path), options)),
    proxy: (target, options) => track(started, proxy(target, options)),
    browse,
    /** Ends what was started, and removes the folder. */
    async close({ keep = false } = {}) {
      for (const { stop, close } of started) await (stop ?? close)()
      // Not awaited: some are large, and what is left at the end goes with `parent`.
      if (!keep) rm(folder, { recursive: true, force: true }).catch(() => {})
    },
  }
}

async function track(started, promise) {
  const server = await promise
  started.add(server)
  return server
}

function jsonAt(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return {}
  }
}

/** Unpacks the tarball, with links to its dependencies in the repository. */
function unpack(tarball, folder) {
  const target = join(folder, 'node_modules/parevm')
  mkdirSync(target, { recursive: true })
  if (capture('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']) === null)
    throw new Error(`${tarball} could not be unpacked`)
  for (const name of Object.keys(jsonAt(join(target, 'package.json')).dependencies))
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
}

/** Starts a program in a group of its own, with all that it starts. */
function launch(command, args, { cwd, env = {}, input } = {}) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, CI: '1', NO_COLOR: '1', FORCE_COLOR: '0', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  })
  child.stdin.end(input)
  const out = []
  const all = []
  child.stdout.on('data', (part) => out.push(part) && all.push(part))
  child.stderr.on('data', (part) => all.push(part))
  // Bundles have lines of megabytes.
  const output = () =>
    Buffer.concat(all)
      .toString()
      .replace(/(.{300}).+/g, '$1...')
  const closed = new Promise((resolve) => child.once('close', resolve))
  const failed = new Promise((_, reject) => child.once('error', reject))
  const ended = Promise.race([closed, failed]).then((code) => {
    if (code === 0) return Buffer.concat(out).toString()
    const words = [command.split('/').at(-1), ...args].join(' ')
    throw new Error(`${words} ended with code ${code}\n${output().slice(-4_000)}`)
  })
  ended.catch(() => {})
  const stop = () => {
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended.
    }
    return closed
  }
  return { ended, output, stop }
}

async function execute(command, args, { minutes = MAX_MINUTES, ...options }) {
  const one = launch(command, args, options)
  const late = new AbortController()
  const limit = delay(minutes * 60_000, undefined, { signal: late.signal }).then(async () => {
    await one.stop()
    throw new Error(`${command} ${args.join(' ')}: not done in ${minutes} minutes\n${one.output()}`)
  })
  limit.catch(() => {})
  try {
    return await Promise.race([one.ended, limit])
  } finally {
    late.abort()
  }
}

async function freePort() {
  const server = createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function answers(url) {
  for (const end = Date.now() + 180_000; Date.now() < end; await delay(100)) {
    const response = await fetch(url).catch(() => undefined)
    if (response !== undefined) return
  }
  throw new Error(`no answer from ${url}`)
}
