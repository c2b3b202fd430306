// Pages in Chromium, Firefox and WebKit: isolated or not, in frames, under a strict policy, behind a service worker, with the
// package on another origin, and in workers of pages.

import { fileURLToPath } from 'node:url'
import { prepare } from '../script.mjs'
import { trafficOf } from '../traffic.mjs'
import { browseWebkit } from '../webkit.mjs'

const browsers = { chromium: 'Chromium', firefox: 'Firefox', webkit: 'WebKit' }

const policy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "connect-src 'self'",
  "worker-src 'self'",
].join('; ')
const open = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' }

/**
 * Situations of a page.
 *
 * @typedef Situation
 * @property {string[]} [browsers] - Browsers that have it. Default: all.
 * @property {string} [page] - Path of the page. Default: the plain one.
 * @property {boolean} [isolated] - Whether pages are cross-origin isolated.
 * @property {object} [headers] - Further headers of all files.
 * @property {string} [build] - Expected build. Default: threads where isolated.
 * @property {'page' | 'frame' | 'package'} [elsewhere] - What is on another origin.
 * @property {string} [sandbox] - Sandbox of the frame.
 * @property {boolean} [short]
 */

/** @type {Record<string, Situation>} */
const situations = {
  isolated: { isolated: true, short: true },
  'not isolated': {},
  'strict policy': { headers: { 'content-security-policy': policy } },
  'strict policy, isolated': { headers: { 'content-security-policy': policy }, isolated: true },
  'isolated by Document-Isolation-Policy': {
    browsers: ['chromium'],
    headers: { 'document-isolation-policy': 'isolate-and-require-corp' },
    build: 'threads',
  },
  'frame of another origin': { elsewhere: 'frame' },
  'frame of another origin, isolated': {
    elsewhere: 'frame',
    isolated: true,
    headers: open,
    // Firefox has no permission that isolates a frame of another origin.
    browsers: ['chromium'],
  },
  'sandboxed frame': { elsewhere: 'frame', sandbox: 'allow-scripts', headers: open },
  'package on another origin': { elsewhere: 'package', headers: open },
  'package on another origin, isolated': { elsewhere: 'package', headers: open, isolated: true },
  'service worker, then offline': { page: 'cache.html' },
  'service worker, isolated, then offline': { page: 'cache.html', isolated: true },
  'dedicated worker': { page: 'worker.html' },
  'dedicated worker, isolated': { page: 'worker.html', isolated: true },
  'shared worker': { page: 'worker.html?kind=shared', build: 'single' },
}

function row(browser, name, situation) {
  return {
    name: `${browsers[browser]}, ${name}`,
    short: situation.short === true && browser !== 'webkit',
    async run(context) {
      await prepare(context, browser === 'webkit' ? ['selenium-webdriver@4.46.0'] : [])
      await context.copy(fileURLToPath(new URL('../page', import.meta.url)), '.')
      const { headers = {}, isolated = false, elsewhere } = situation
      const serve = () => context.serve(context.folder, { headers, isolated })
      const own = await serve()
      const other = elsewhere === undefined ? own : await serve()
      try {
        const closing = closeWhenAsked(own)
        const result = await browse(context, browser, addressOf(browser, situation, own, other))
        await closing.end()
        return { ...result, ...trafficOf(own, other), note: noteOf(browser, situation) }
      } finally {
        await own.close()
        if (other !== own) await other.close()
      }
    },
  }
}

function browse(context, browser, url) {
  return browser === 'webkit' ? browseWebkit(context, url) : context.browse(browser, url)
}

/** WebKitGTK has no shared memory, isolated or not. */
function expectedBuild(browser, { isolated, build }) {
  return browser === 'webkit' ? 'single' : (build ?? (isolated ? 'threads' : 'single'))
}

function addressOf(browser, situation, own, other) {
  const build = expectedBuild(browser, situation)
  const query = new URLSearchParams({ build })
  if (build === 'threads') query.set('options', JSON.stringify({ threads: 2 }))
  // `localhost` and `127.0.0.1` are different sites as well.
  const otherUrl = other.url.replace('localhost', '127.0.0.1')
  const { page = 'index.html', elsewhere, sandbox } = situation
  if (elsewhere === 'frame') {
    const frame = new URLSearchParams({ frame: `${otherUrl}index.html?${query}` })
    if (sandbox !== undefined) frame.set('sandbox', sandbox)
    return `${own.url}frame.html?${frame}`
  }
  if (elsewhere === 'package') query.set('package', otherUrl)
  return `${own.url}${page}${page.includes('?') ? '&' : '?'}${query}`
}

/** Closes a server once a page has requested `/close`, as if the network were gone. */
function closeWhenAsked(server) {
  const timer = setInterval(() => {
    if (!server.fetched().some(({ path }) => path.split('?')[0] === '/close')) return
    clearInterval(timer)
    void server.close()
  }, 20)
  return { end: async () => clearInterval(timer) }
}

function noteOf(browser, { isolated }) {
  return browser === 'webkit' && isolated ? 'WebKitGTK has no shared memory' : undefined
}

export default Object.keys(browsers).flatMap((browser) =>
  Object.entries(situations)
    .filter(([, { browsers: only }]) => only === undefined || only.includes(browser))
    .map(([name, situation]) => row(browser, name, situation)),
)
