import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import puppeteer from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openChain } from './chain.js'

const DAPP = 'dapp.example'

const launches = {
  chromium: (extension: string) =>
    puppeteer.launch({
      browser: 'chrome',
      executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
      pipe: true,
      enableExtensions: [extension],
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        `--host-resolver-rules=MAP ${DAPP} 127.0.0.1`,
      ],
    }),
  async firefox(extension: string) {
    const browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: process.env.FIREFOX_PATH ?? '/usr/bin/firefox-esr',
      headless: true,
      extraPrefsFirefox: { 'network.dns.localDomains': DAPP },
    })
    await browser.installExtension(extension)
    return browser
  },
}

describe.each([
  { browser: 'chromium', scheme: 'chrome-extension', hosts: [] },
  { browser: 'chromium', scheme: 'chrome-extension', hosts: ['http://127.0.0.1/*'] },
  { browser: 'firefox', scheme: 'moz-extension', hosts: [] },
] as const)('$browser, hosts that the extension may read: $hosts', ({ browser, scheme, hosts }) => {
  let chain: openChain.ReturnType
  let server: Awaited<ReturnType<typeof openReports>>
  let opened: Awaited<ReturnType<(typeof launches)[typeof browser]>>
  let folder: string
  beforeAll(async () => {
    chain = await openChain()
    server = await openReports()
    folder = await extensionOf(hosts, { chain: chain.url, report: server.url })
    opened = await launches[browser](folder)
  })
  afterAll(async () => {
    await opened?.close()
    await server?.close()
    await chain?.close()
    await rm(folder, { recursive: true, force: true })
  })

  const answer = {
    origin: expect.stringMatching(`^${scheme}://[a-z0-9-]+$`),
    chainId: '0x7a69',
    status: '0x1',
    head: 'string',
  }

  test.each(['background', 'page'])('an extension sends requests from its %s', async (place) => {
    expect(await server.reportOf(place)).toEqual(answer)
  })

  test('a page of another origin sends requests through the extension only', async () => {
    const page = await opened.newPage()
    await page.goto(server.url.replace('127.0.0.1', DAPP))
    const answers = await page.evaluate(async (url) => {
      const through = new Promise((resolve) => {
        addEventListener('message', ({ data }) => data.answer && resolve(data.answer))
      })
      postMessage('ask', '*')
      const headers = { 'content-type': 'application/json' }
      const body = '{"jsonrpc":"2.0","id":1,"method":"eth_accounts"}'
      return {
        through: await through,
        itself: await fetch(url, { method: 'POST', headers, body }).then(
          (response) => response.text(),
          () => 'nothing',
        ),
      }
    }, chain.url)
    expect(answers).toEqual({ through: answer, itself: 'nothing' })
  })
})

/** Writes the extension with its manifest for these hosts; returns its folder. */
async function extensionOf(hosts: readonly string[], addresses: object): Promise<string> {
  const source = fileURLToPath(new URL('extension', import.meta.url))
  const folder = await mkdtemp(join(tmpdir(), 'parevm-'))
  await cp(source, folder, { recursive: true })
  const manifest = JSON.parse(await readFile(join(source, 'manifest.json'), 'utf8'))
  const text = JSON.stringify({ ...manifest, host_permissions: hosts })
  await writeFile(join(folder, 'manifest.json'), text)
  await writeFile(join(folder, 'addresses.json'), JSON.stringify(addresses))
  return folder
}

/** Serves an empty page, and takes what the parts of the extension report. */
async function openReports() {
  const reports = new Map<string, PromiseWithResolvers>()
  const reportAt = (place: string) => {
    const report = reports.get(place) ?? withResolvers()
    reports.set(place, report)
    return report
  }
  const server = createServer(async (request, response) => {
    response.setHeader('access-control-allow-origin', '*')
    response.setHeader('content-type', 'text/html')
    let body = ''
    for await (const chunk of request) body += chunk
    if (body !== '') reportAt(String(request.url?.split('?')[1])).resolve(JSON.parse(body))
    response.end('<!doctype html><meta charset="utf-8"><title>A page</title>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    reportOf: (place: string) => reportAt(place).promise,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

type PromiseWithResolvers = { promise: Promise<unknown>; resolve: (value: unknown) => void }

function withResolvers(): PromiseWithResolvers {
  let resolve: (value: unknown) => void = () => {}
  const promise = new Promise((fulfil) => {
    resolve = fulfil
  })
  return { promise, resolve }
}
