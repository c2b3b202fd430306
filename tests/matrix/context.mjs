// What the rows of the matrix work with: a fresh folder in which the packed package is installed, a server that counts, and
// browsers.

import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { root } from '../../scripts/process.mjs'

const run = promisify(execFile)
const maxBuffer = 2 ** 26

/** Packs the package and resolves with the path of the tarball. */
export async function pack(folder) {
  const args = ['pack', '--json', '--pack-destination', folder]
  const { stdout } = await run('npm', args, { cwd: root, maxBuffer })
  return join(folder, JSON.parse(stdout)[0].filename)
}

/** Returns the context of one row. Its folder is removed by `end`. */
export async function createContext(tarball, { keep = false } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'parevm-row-'))
  const ends = []
  return {
    tarball,
    folder,
    /** Folder of the program that every environment runs. */
    program: fileURLToPath(new URL('./program', import.meta.url)),
    /** Installs the package and others, as `name@version`. No install script runs. */
    async install(packages = []) {
      const manifest = join(folder, 'package.json')
      const known = JSON.parse(await readFile(manifest, 'utf8').catch(() => '{}'))
      await writeFile(manifest, JSON.stringify({ private: true, type: 'module', ...known }))
      const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline']
      // The tarball has the same name and version each time, of which npm would remember the content.
      await this.exec('npm', [...args, tarball, ...packages], { timeoutMs: 300_000 })
    },
    async write(path, text) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), text)
    },
    copy: (from, to) => cp(from, join(folder, to), { recursive: true }),
    /** Resolves with what the command prints; throws what it says where it fails. */
    async exec(command, args, { timeoutMs = 180_000, ...options } = {}) {
      try {
        const limits = { timeout: timeoutMs, maxBuffer, killSignal: 'SIGKILL' }
        return (await run(command, args, { cwd: folder, ...limits, ...options })).stdout
      } catch (error) {
        const said = `${error.stdout ?? ''}${error.stderr ?? ''}`.trim() || error.message
        const reason = error.killed ? `no end after ${timeoutMs} ms` : `exit code ${error.code}`
        throw new Error(`${command}: ${reason}\n${said.slice(-3_000)}`)
      }
    },
    async serve(directory, options) {
      const server = await serve(directory, options)
      ends.push(server.close)
      return server
    },
    browse,
    async end() {
      for (const end of ends) await end()
      if (!keep) await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.gz': 'application/octet-stream',
  '.svg': 'image/svg+xml',
}

const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}

/**
 * Serves a folder.
 *
 * @param {object} [options]
 * @param {object} [options.headers] - Headers of every response.
 * @param {boolean} [options.isolated] - Whether pages are cross-origin isolated.
 * @param {string} [options.fallback] - File that answers unknown paths, as a single-page application has it.
 */
async function serve(directory, { headers = {}, isolated = false, fallback } = {}) {
  const fetched = []
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(request.url.split('?')[0])
    const all = { ...(isolated ? ISOLATION : {}), ...headers }
    const find = async (name) => ({ name, body: await readFile(join(directory, name)) })
    const wanted = path.endsWith('/') ? `${path}index.html` : path
    const found = await find(wanted).catch(() => fallback && find(fallback).catch(() => undefined))
    const status = found === undefined ? 404 : 200
    fetched.push({ path: request.url, status, bytes: found?.body.length ?? 0 })
    const type = { 'content-type': TYPES[extname(found?.name ?? '')] ?? 'application/octet-stream' }
    response.writeHead(status, found === undefined ? all : { ...type, ...all })
    response.end(found?.body)
  })
  await new Promise((resolve) => server.listen(0, resolve))
  return {
    url: `http://localhost:${server.address().port}/`,
    /** Requests so far. `bytes` is the size of the file: nothing is compressed. */
    fetched: () => fetched,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(resolve)
      }),
  }
}

/** Chromium's flags without what needs a desktop or a network. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

async function launch(name) {
  if (name === 'firefox') {
    const { default: puppeteer } = await import('puppeteer-core')
    const executablePath = process.env.FIREFOX_PATH ?? '/usr/bin/firefox'
    return puppeteer.launch({ browser: 'firefox', executablePath, headless: true })
  }
  const { chromium } = await import('playwright-core')
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
  return chromium.launch({ executablePath, args: FLAGS })
}

/**
 * Opens a page and resolves with the JSON in its `data-result`; throws its error, or what its console says where there is
 * none in time.
 */
async function browse(name, url, { timeoutMs = 60_000 } = {}) {
  const browser = await launch(name)
  try {
    const page = await browser.newPage()
    const said = []
    page.on('console', (message) => said.push(message.text()))
    page.on('pageerror', (error) => said.push(String(error)))
    await page.goto(url)
    const deadline = performance.now() + timeoutMs
    while (performance.now() < deadline) {
      const read = () => document.documentElement.dataset.result
      // A page that loads another one has no result meanwhile.
      const result = await page.evaluate(read).catch(() => undefined)
      if (result !== undefined) {
        const row = JSON.parse(result)
        if (row.error !== undefined) throw new Error([row.error, ...said].join('\n'))
        return row
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error(`the page has no result after ${timeoutMs} ms\n${said.join('\n')}`)
  } finally {
    await browser.close()
  }
}
