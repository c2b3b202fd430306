import { chromium } from 'playwright-core'
import puppeteer from 'puppeteer-core'
import { serve } from './server.js'

/** Opens a page that has the package as `globalThis.parevmTest`. */
export async function open({ browser, isolated }: open.Parameters): Promise<open.Page> {
  const server = await serve({ isolated })
  try {
    const opened = browser === 'chromium' ? await openChromium() : await openFirefox()
    await opened.page.goto(server.url)
    await opened.page.waitForFunction('globalThis.parevmTest !== undefined')
    return {
      evaluate: (work, argument) => opened.page.evaluate(work, argument),
      async close() {
        await opened.close()
        await server.close()
      },
    }
  } catch (error) {
    await server.close()
    throw error
  }
}

export declare namespace open {
  type Parameters = { browser: Browser; isolated: boolean }
  type Browser = 'chromium' | 'firefox'
  type Page = {
    /** Runs `work` in the page. It must not use anything from outside itself. */
    evaluate<R, A>(work: (argument: A) => Promise<R>, argument: A): Promise<R>
    close(): Promise<void>
  }
}

/** The part of a page that both drivers have alike. */
type Driver = Pick<open.Page, 'evaluate'> & {
  goto(url: string): Promise<unknown>
  waitForFunction(expression: string): Promise<unknown>
}

type Opened = { page: Driver; close(): Promise<void> }

async function openChromium(): Promise<Opened> {
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
  return { page: page as unknown as Driver, close: () => browser.close() }
}

async function openFirefox(): Promise<Opened> {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: process.env.FIREFOX_PATH ?? '/usr/bin/firefox-esr',
    headless: true,
  })
  const page = await browser.newPage()
  page.on('console', (message) => console.log(`firefox: ${message.text()}`))
  return { page: page as unknown as Driver, close: () => browser.close() }
}
