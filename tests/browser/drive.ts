import { chromium } from 'playwright-core'
import puppeteer, { type HTTPRequest } from 'puppeteer-core'

/** The part of a page that both drivers have alike. */
export type Page = {
  /** Runs `work` in the page. It must not use anything from outside itself. */
  evaluate<R, A>(work: (argument: A) => Promise<R>, argument: A): Promise<R>
  goto(url: string): Promise<unknown>
  waitForFunction(expression: string): Promise<unknown>
}

export type Browser = 'chromium' | 'firefox'

/** A browser that was started, with an empty page. */
export type Driven = {
  page: Page
  /** Sends a command of the DevTools protocol to the page. Only Chromium has it. */
  send?(method: string, parameters?: object): Promise<unknown>
  /** Has the browser take `html` for what is at `url`, whoever listens there, until it is ended. */
  replace(url: string, html: string): Promise<() => Promise<void>>
  close(): Promise<void>
}

/** Starts a browser. */
export function drive(browser: Browser, options: drive.Options = {}): Promise<Driven> {
  return browser === 'chromium' ? openChromium(options) : openFirefox(options)
}

export declare namespace drive {
  type Options = {
    /** Names of hosts that are this machine, beside localhost. */
    names?: readonly string[] | undefined
    /** Origin of HTTP that may have service workers, as one of HTTPS has. */
    secure?: string | undefined
    /** Where the pages are expected to fail at much. */
    quiet?: boolean | undefined
  }
}

async function openChromium({ names = [], secure, quiet }: drive.Options): Promise<Driven> {
  const browser = await chromium.launch({
    // As users have it.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: [
      ...(names.length === 0 ? [] : named(names)),
      ...(secure === undefined ? [] : [`--unsafely-treat-insecure-origin-as-secure=${secure}`]),
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
  if (!quiet) page.on('console', (message) => console.log(`chromium: ${message.text()}`))
  const client = await page.context().newCDPSession(page)
  return {
    page: page as unknown as Page,
    send: (method, parameters) => client.send(method as 'Page.enable', parameters as undefined),
    async replace(url, body) {
      await page.route(url, (route) => route.fulfill({ contentType: 'text/html', body }))
      return () => page.unroute(url)
    },
    close: () => browser.close(),
  }
}

/**
 * Flags for names of this machine. A newer Chromium keeps pages from elsewhere away from this machine by itself:
 * servers have to hold without that, so it is switched off. The other features are those that Playwright
 * switches off and that matter here: the last flag of the kind is the one that counts.
 */
function named(names: readonly string[]): string[] {
  const off = [
    'LocalNetworkAccessChecks',
    'LocalNetworkAccessChecksWebSockets',
    'BlockInsecurePrivateNetworkRequests',
    'HttpsUpgrades',
    'HttpsFirstBalancedModeAutoEnable',
    'AvoidCorsURLLoaderRestartOnRedirect',
    'ThirdPartyStoragePartitioning',
  ]
  return [
    `--host-resolver-rules=${names.map((name) => `MAP ${name} 127.0.0.1`).join(',')}`,
    `--disable-features=${off.join(',')}`,
  ]
}

async function openFirefox({ names = [], secure, quiet }: drive.Options): Promise<Driven> {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: process.env.FIREFOX_PATH ?? '/usr/bin/firefox-esr',
    headless: true,
    extraPrefsFirefox: {
      'network.dns.localDomains': names.join(','),
      'dom.serviceWorkers.testing.enabled': secure !== undefined,
      // Or a form of HTTPS that goes elsewhere has it ask.
      'security.warn_submit_secure_to_insecure': false,
      // Or a WebSocket is not tried at once where another was refused.
      'network.websocket.delay-failed-reconnects': false,
    },
  })
  const page = await browser.newPage()
  if (!quiet) page.on('console', (message) => console.log(`firefox: ${message.text()}`))
  return {
    page: page as unknown as Page,
    async replace(url, body) {
      const answer = (request: HTTPRequest) =>
        request.url() === url
          ? request.respond({ contentType: 'text/html', body })
          : request.continue()
      page.on('request', answer)
      await page.setRequestInterception(true)
      return async () => {
        await page.setRequestInterception(false)
        page.off('request', answer)
      }
    },
    close: () => browser.close(),
  }
}
