// Opens pages in installed browsers.

import { setTimeout as delay } from 'node:timers/promises'
import { chromium } from 'playwright-core'
import puppeteer from 'puppeteer-core'
import { findBrowser } from '../../scripts/setup/browser.mjs'

/**
 * Opens `url` in a fresh browser and resolves with the JSON that the page puts into `data-result` of its root element.
 *
 * @throws an error with the page's error and the errors of its console. `error.page` is what the page has reported.
 */
export async function browse(name, url, { timeoutMs = 60_000 } = {}) {
  const { page, close } = name === 'chromium' ? await openChromium() : await openFirefox()
  const words = []
  page.on('console', (message) => {
    if (['error', 'warning', 'warn'].includes(message.type())) words.push(message.text())
  })
  page.on('pageerror', (error) => words.push(String(error)))
  try {
    await page.goto(url)
    const result = await resultOf(page, timeoutMs)
    if (result?.error === undefined && result !== undefined) return result
    const { error = `no result in ${timeoutMs} ms`, hint, cause } = result ?? {}
    const lines = [error, hint, cause, ...words].filter(Boolean)
    throw Object.assign(new Error(lines.join('\n')), { page: result })
  } finally {
    await close()
  }
}

/** A page may load several times before it has a result. */
async function resultOf(page, timeoutMs) {
  for (const end = Date.now() + timeoutMs; Date.now() < end; await delay(50)) {
    const text = await page
      .evaluate('document.documentElement?.dataset.result')
      .catch(() => undefined)
    if (text !== undefined) return JSON.parse(text)
  }
  return undefined
}

async function openChromium() {
  const browser = await chromium.launch({
    executablePath: findBrowser('chromium'),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  return { page: await browser.newPage(), close: () => browser.close() }
}

async function openFirefox() {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: findBrowser('firefox'),
    headless: true,
  })
  return { page: await browser.newPage(), close: () => browser.close() }
}
