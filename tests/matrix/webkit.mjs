// WebKitGTK's MiniBrowser, driven over WebDriver on a screen of its own.

import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { findCommand } from '../../scripts/process.mjs'
import { aptInstall } from '../../scripts/setup/package.mjs'

const LIBRARIES = '/usr/lib/x86_64-linux-gnu'

/** Opens `url` and resolves with the JSON that the page puts into `data-result` of its root element. */
export async function browseWebkit(context, url, { timeoutMs = 60_000 } = {}) {
  const binary = await install()
  const require = createRequire(join(context.folder, 'main.js'))
  const { Builder, Capabilities } = require('selenium-webdriver')
  const screen = await start('Xvfb', ['-displayfd', '1', '-screen', '0', '1024x768x24'], {}, 1)
  const port = await freePort()
  const env = { DISPLAY: `:${screen.line.trim()}` }
  const server = await start('WebKitWebDriver', [`--port=${port}`], env)
  let driver
  try {
    const browser = { binary, args: ['--automation'] }
    const wanted = new Capabilities({
      browserName: 'MiniBrowser',
      'webkitgtk:browserOptions': browser,
    })
    driver = await new Builder()
      .usingServer(`http://127.0.0.1:${port}`)
      .withCapabilities(wanted)
      .build()
    await driver.get(url)
    const read = 'return document.documentElement.dataset.result'
    const result = JSON.parse(await driver.wait(() => driver.executeScript(read), timeoutMs))
    if (result.error !== undefined) throw new Error(result.error)
    return result
  } finally {
    await driver?.quit()
    server.child.kill()
    screen.child.kill()
  }
}

/** Returns the path of MiniBrowser, after its installation where it is missing. */
async function install() {
  const find = () =>
    readdirSync(LIBRARIES)
      .filter((name) => name.startsWith('webkit2gtk-4'))
      .map((name) => join(LIBRARIES, name, 'MiniBrowser'))
      .find((path) => existsSync(path))
  const isComplete = () => findCommand('WebKitWebDriver') && findCommand('Xvfb') && find()
  if (!isComplete()) await aptInstall(['webkit2gtk-driver', 'xvfb'], 'the matrix runs in WebKit')
  const path = isComplete()
  if (!path) throw new Error('WebKitWebDriver, MiniBrowser and Xvfb could not be installed')
  return path
}

/** Starts a program; resolves once it has written a line to stdout, or at once where it writes none. */
async function start(command, args, env, lines = 0) {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const line = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`${command} ended with code ${code}`)))
    if (lines === 0) return child.once('spawn', () => resolve(''))
    child.stdout.once('data', (data) => resolve(String(data)))
  })
  return { child, line }
}

async function freePort() {
  const server = createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}
