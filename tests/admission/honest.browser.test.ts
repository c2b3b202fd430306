import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Driven, drive } from '../browser/drive.js'
import { markerOf, namesOf } from './attempts.js'
import { openChain } from './chain.js'
import { OTHER, openSite } from './site.js'

const ALLOWED = 'dapp.example'
const ALICE = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'

/** How libraries ask. */
const libraries = ['fetch, JSON', 'XMLHttpRequest, JSON', 'WebSocket']
/** How forms ask, which no library does: without a preflight. */
const simple = ['text/plain', 'urlencoded', 'multipart', 'no type', 'no-cors', 'form', 'after a']

describe.each(['chromium', 'firefox'] as const)('%s', (browser) => {
  let driven: Driven
  beforeAll(async () => {
    driven = await drive(browser, { names: [ALLOWED, OTHER], quiet: true })
  })
  afterAll(() => driven?.close())

  /** Makes all attempts in a page of the site; resolves with the names of those that read and that changed. */
  async function attempt(site: openSite.ReturnType, chain: openChain.ReturnType) {
    await driven.page.goto(site.origin)
    await driven.page.waitForFunction('globalThis.attacker !== undefined')
    const readings = await driven.page.evaluate((own) => globalThis.attacker.play(own), {
      site: site.origin,
      target: chain.url,
      context: 0,
    })
    const names = namesOf('document')
    const changed = await chain.changed(names.map((_, index) => markerOf(0, index)))
    return {
      read: readings.filter(({ read }) => read.includes(ALICE)).map(({ name }) => name),
      changed: names.filter((_, index) => changed.includes(markerOf(0, index))),
    }
  }

  test.each([
    ['localhost', 'of this machine'],
    ['127.0.0.1', 'of this machine'],
    [ALLOWED, 'that is allowed'],
  ])('a page of %s, an origin %s, asks as libraries do', async (name) => {
    const site = await openSite(name)
    const chain = await openChain(...(name === ALLOWED ? ['--allow-origin', site.origin] : []))
    try {
      const { read, changed } = await attempt(site, chain)
      expect(read).toEqual(expect.arrayContaining(libraries))
      expect(changed).toEqual(expect.arrayContaining(libraries))
      expect(changed.filter((name) => simple.some((word) => name.includes(word)))).toEqual([])
    } finally {
      await Promise.all([chain.close(), site.close()])
    }
  })

  test('another port of the name that is allowed is another origin', async () => {
    const [site, other] = await Promise.all([openSite(ALLOWED), openSite(ALLOWED)])
    const chain = await openChain('--allow-origin', site.origin)
    try {
      expect(await attempt(other, chain)).toEqual({ read: [], changed: [] })
    } finally {
      await Promise.all([chain.close(), site.close(), other.close()])
    }
  })
})
