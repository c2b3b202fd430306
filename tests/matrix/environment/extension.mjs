// An extension of Chromium (manifest 3): its page, and its service worker.

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import puppeteer from 'puppeteer-core'
import { prepare } from '../script.mjs'

const source = fileURLToPath(new URL('../extension', import.meta.url))

/** Keys of a manifest that isolate the pages of an extension. */
const isolating = {
  cross_origin_embedder_policy: { value: 'require-corp' },
  cross_origin_opener_policy: { value: 'same-origin' },
}

function row(name, { isolated = false, work }) {
  return {
    name: `Chromium, extension, ${name}`,
    short: false,
    async run(context) {
      await prepare(context)
      await context.copy(source, 'extension')
      for (const file of ['check.js', 'block.json.gz'])
        await context.copy(join(context.folder, file), `extension/${file}`)
      const dist = join(context.folder, 'node_modules/parevm/dist')
      await context.copy(dist, 'extension/package/dist')
      const { default: manifest } = await import(join(source, 'manifest.json'), {
        with: { type: 'json' },
      })
      const own = { ...manifest, ...(isolated ? isolating : {}) }
      await context.write('extension/manifest.json', JSON.stringify(own))
      const browser = await puppeteer.launch({
        browser: 'chrome',
        executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
        pipe: true,
        enableExtensions: [join(context.folder, 'extension')],
        args: ['--no-sandbox', '--disable-gpu', '--no-first-run'],
      })
      try {
        const target = await browser.waitForTarget((one) => one.type() === 'service_worker')
        const result = await work({ browser, target })
        if (result.error !== undefined) throw new Error(result.error)
        return result
      } finally {
        await browser.close()
      }
    },
  }
}

/** Checks the package in the page; its requests are counted. */
const inPage =
  (build, options = {}) =>
  async ({ browser, target }) => {
    const page = await browser.newPage()
    const wasm = []
    const client = await page.createCDPSession()
    await client.send('Network.enable')
    client.on('Network.requestWillBeSent', ({ request }) => {
      if (request.url.endsWith('.wasm')) wasm.push(request.url)
    })
    await page.goto(new URL('page.html', target.url()).href)
    await page.waitForFunction('globalThis.checkPackage !== undefined')
    const call = (build, options) => globalThis.checkPackage(build, options)
    const result = await page.evaluate(call, build, options)
    if (result.error === undefined && wasm.length !== 1)
      throw new Error(`expected one fetched wasm, found ${wasm.length}`)
    return { ...result, wasmFetched: wasm.length, kB: null }
  }

/** Checks the package in the service worker. */
async function inServiceWorker({ browser, target }) {
  const page = await browser.newPage()
  await page.goto(new URL('page.html', target.url()).href)
  const result = await page.evaluate(() => globalThis.chrome.runtime.sendMessage('check'))
  if (result.error === undefined && result.wasmFetched !== 1)
    throw new Error(`expected one fetched wasm, found ${result.wasmFetched}`)
  return { ...result, kB: null }
}

export default [
  row('page', { work: inPage('single') }),
  row('isolated page', { isolated: true, work: inPage('threads', { threads: 2 }) }),
  row('service worker', { work: inServiceWorker }),
]
