import { chromium } from 'playwright-core'
import puppeteer from 'puppeteer-core'

/** The part of a page that both drivers have alike. */
export type Page = {
  /** Runs `work` in the page. It must not use anything from outside itself. */
  evaluate<R, A>(work: (argument: A) => Promise<R>, argument: A): Promise<R>
  goto(url: string): Promise<unknown>
  waitForFunction(expression: string): Promise<unknown>
}

export type Browser = 'chromium' | 'firefox'

/** A browser that was started, with an empty page. */
export type Driven = { page: Page; close(): Promise<void> }

/** Starts a browser. */
export function drive(browser: Browser): Promise<Driven> {
  return browser === 'chromium' ? openChromium() : openFirefox()
}

async function openChromium(): Promise<Driven> {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
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
  const page = await browser.newPage()
  page.on('console', (message) => console.log(`chromium: ${message.text()}`))
  return { page: page as unknown as Page, close: () => browser.close() }
}

async function openFirefox(): Promise<Driven> {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: process.env.FIREFOX_PATH ?? '/usr/bin/firefox-esr',
    headless: true,
  })
  const page = await browser.newPage()
  page.on('console', (message) => console.log(`firefox: ${message.text()}`))
  return { page: page as unknown as Page, close: () => browser.close() }
}
