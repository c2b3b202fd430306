// Hosts in which an engine starts: each start in a new process of Node.js, or in a page of a new browser profile, so that
// nothing is cached.

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import puppeteer from 'puppeteer-core'
import { root } from '../../scripts/process.mjs'
import { openSite } from './site.mjs'

/** Each opens a host that times one start at a time. */
export const hosts = { node: openNode, chromium: openChromium, firefox: openFirefox }

async function openNode() {
  const first = new URL('first.js', import.meta.url).href
  return {
    async start(entry, options) {
      const source = `
        import { firstResult } from ${JSON.stringify(first)}
        const timed = await firstResult(${JSON.stringify(join(root, entry))}, ${JSON.stringify(options)})
        console.log(JSON.stringify(timed))`
      const args = ['--input-type=module', '--eval', source]
      return JSON.parse((await promisify(execFile)(process.execPath, args)).stdout)
    },
    async close() {},
  }
}

async function openChromium() {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  })
  return pages({
    open: () => browser.newContext(),
    close: () => browser.close(),
  })
}

async function openFirefox() {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: process.env.FIREFOX_PATH ?? '/usr/bin/firefox-esr',
    headless: true,
  })
  return pages({
    open: () => browser.createBrowserContext(),
    close: () => browser.close(),
  })
}

/** Returns a host whose starts have a profile each. */
async function pages({ open, close }) {
  const site = await openSite()
  return {
    async start(entry, options) {
      const profile = await open()
      try {
        const page = await profile.newPage()
        await page.goto(site.url)
        return await page.evaluate(
          async ([entry, options]) => {
            const { firstResult } = await import('/bench/startup/first.js')
            return firstResult(entry, options)
          },
          [`/${entry}`, options],
        )
      } finally {
        await profile.close()
      }
    },
    async close() {
      await close()
      await site.close()
    },
  }
}
