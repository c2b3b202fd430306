// Finds the browsers and the further lines of Node that the tests run in, and installs what is missing.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { capture, findCommand, isExecutable, mustRun, root, StepError, say } from '../process.mjs'
import { compareVersions, parseVersion } from '../version.mjs'
import { aptInstall, installHint } from './package.mjs'

const browsers = {
  chromium: {
    variable: 'CHROMIUM_PATH',
    commands: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    places: [
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    ],
    debian: 'chromium',
    brew: '--cask chromium',
  },
  firefox: {
    variable: 'FIREFOX_PATH',
    commands: ['firefox-esr', 'firefox'],
    places: ['/Applications/Firefox.app/Contents/MacOS/firefox'],
    debian: 'firefox-esr',
    brew: '--cask firefox',
  },
}

/** The path of a browser, or null. The variable wins over what is on the PATH. */
export function findBrowser(name, environment = process.env) {
  const { variable, commands, places } = browsers[name]
  const chosen = environment[variable]
  if (chosen) {
    if (isExecutable(chosen)) return chosen
    throw new StepError(`${variable} names ${chosen}, which is no program`, `unset ${variable}`)
  }
  for (const command of commands) {
    const path = findCommand(command)
    if (path !== null) return path
  }
  return places.find((path) => isExecutable(path)) ?? null
}

/** The path of a browser that the tests can drive; installs it where it is missing. */
export async function prepareBrowser(name, pin) {
  let path = findBrowser(name)
  if (path === null) {
    const { debian, brew, variable } = browsers[name]
    if (process.platform === 'darwin') {
      throw new StepError(
        `${name} is missing (${pin.why}); ${variable} may name one that is elsewhere`,
        installHint([brew]),
      )
    }
    await aptInstall([debian], pin.why)
    path = findBrowser(name)
    if (path === null)
      throw new StepError(
        `${name} was installed but is not on the PATH`,
        `${variable}=/path/to/${name} npm test`,
      )
  }
  return path
}

/** Fails where a browser is older than the tests need. Slow: asks the browser itself. */
export function checkBrowser(name, path, pin) {
  const version = parseVersion(capture(path, ['--version']))
  if (version !== null && compareVersions(version, pin.minimum) < 0) {
    throw new StepError(
      `${path} is ${version}; the tests need ${pin.minimum} or newer`,
      installHint([name]),
    )
  }
  return version
}

/**
 * Paths of the further lines of Node by name, `node24` for version 24.22.3. Empty on platforms that their package does not
 * serve.
 */
export async function prepareNodes({ also }) {
  if (process.platform !== 'linux' || process.arch !== 'x64') return {}
  const nodes = {}
  for (const line of also) nodes[`node${line.version.split('.')[0]}`] = await prepareNode(line)
  return nodes
}

async function prepareNode({ package: name, version }) {
  const folder = join(root, '.tools', `node-${version}`)
  const path = join(folder, 'node_modules', name, 'bin/node')
  if (existsSync(path)) return path
  say('install', `node ${version} from npm: the tests run on several lines of Node`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const flags = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock']
  await mustRun('npm', ['install', ...flags, `${name}@${version}`], {
    cwd: folder,
    failure: `npm could not install ${name} ${version}`,
  })
  if (!existsSync(path)) throw new StepError(`${name} holds no bin/node`, `rm -r ${folder}`)
  return path
}
