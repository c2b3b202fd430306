import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Driven, drive } from '../browser/drive.js'
import { markerOf, namesOf, type play, type Reading, type submitHere } from './attempts.js'
import { ANSWER, openCareless } from './careless.js'
import { openChain } from './chain.js'
import { contexts } from './contexts.js'
import { OTHER, openSite } from './site.js'

declare global {
  /** Attempts, in a page of the attacker. */
  var attacker: {
    contexts: typeof contexts
    play: typeof play
    submitHere: typeof submitHere
  }
}

const FOREIGN = 'evil.example'
/** A name that has come to be this machine's, so that the page is of the origin that it asks. */
const REBOUND = 'rebound.example'

/** Where scripts run that are not ours. */
const embedded = Object.keys(contexts) as (keyof typeof contexts)[]
const places = [...embedded, 'window', 'page of HTTPS', 'rebound page', 'file'] as const

const attempts = places.flatMap((place, context) => {
  const kind = place.endsWith('worker') ? 'worker' : 'document'
  const names = place === 'window' ? ['form'] : namesOf(kind)
  return names.map((name, index) => ({
    name: `${place}: ${name}`,
    marker: markerOf(context, index),
    isSent: isSent(place, name),
  }))
})
const markers = attempts.map(({ marker }) => marker)
const nameOf = new Map(attempts.map(({ marker, name }) => [marker, name]))

describe.each(['chromium', 'firefox'] as const)('%s', (browser) => {
  let site: openSite.ReturnType
  let driven: Driven
  let folder: string
  beforeAll(async () => {
    site = await openSite(FOREIGN)
    folder = await mkdtemp(join(tmpdir(), 'parevm-'))
    await writeFile(join(folder, 'page.html'), site.html)
    driven = await drive(browser, {
      names: [FOREIGN, OTHER, REBOUND],
      secure: site.origin,
      quiet: true,
    })
  })
  afterAll(async () => {
    await driven?.close()
    await site?.close()
    await rm(folder, { recursive: true, force: true })
  })

  /** Makes all attempts in one place after the other; resolves with what they read. */
  async function attack(url: string): Promise<Reading[]> {
    const { page } = driven
    const readings: Reading[] = []
    const open = async (url: string) => {
      await page.goto(url)
      await page.waitForFunction('globalThis.attacker !== undefined')
    }
    const parametersOf = (place: (typeof places)[number], target = url): play.Parameters => ({
      site: site.origin,
      target,
      context: places.indexOf(place),
    })
    const add = (place: string, more: Reading[]) =>
      readings.push(...more.map(({ name, read }) => ({ name: `${place}: ${name}`, read })))

    await open(site.origin)
    for (const place of embedded)
      add(
        place,
        await page.evaluate(
          async ([place, parameters]) => globalThis.attacker.contexts[place](parameters),
          [place, parametersOf(place)] as const,
        ),
      )

    await page.evaluate(async (own) => globalThis.attacker.submitHere(own), parametersOf('window'))
    await page.waitForFunction('globalThis.attacker === undefined')

    await open(pathToFileURL(join(folder, 'page.html')).href)
    add('file', await page.evaluate((own) => globalThis.attacker.play(own), parametersOf('file')))
    // Firefox goes from a file to no other page but this.
    await page.goto('about:blank')

    const rebound = url.replace('127.0.0.1', REBOUND)
    for (const [place, origin, target] of [
      ['page of HTTPS', `https://${FOREIGN}`, url],
      ['rebound page', rebound, rebound],
    ] as const) {
      const restore = await driven.replace(`${origin}/page`, site.html)
      await open(`${origin}/page`)
      const parameters = parametersOf(place, target)
      add(place, await page.evaluate((own) => globalThis.attacker.play(own), parameters))
      await restore()
    }
    return readings
  }

  test('pages of other origins reach a server without access rules in every way', async () => {
    const careless = await openCareless()
    try {
      const readings = await attack(careless.url)
      const unsent = attempts.filter(({ marker }) => !careless.hasReceived(marker))
      expect(unsent.filter(({ isSent }) => isSent).map(({ name }) => name)).toEqual([])
      expect(new Set(readings.map(({ read }) => read))).toEqual(new Set([ANSWER]))
      expect(readings.length).toBeGreaterThan(100)
    } finally {
      await careless.close()
    }
  })

  test('pages of other origins read nothing and change nothing', async () => {
    const chain = await openChain()
    try {
      const readings = await attack(chain.url)
      const changed = await chain.changed(markers)
      const secrets = readings.filter(({ name, read }) => !isRefusalOf(name, read))
      expect({
        read: secrets.map(({ name, read }) => `${name}: ${read}`),
        changed: changed.map((marker) => nameOf.get(marker)),
        ...(await chain.sent()),
      }).toEqual({ read: [], changed: [], nonce: 0, height: 0 })
    } finally {
      await chain.close()
    }
  })
})

/** Whether every browser lets it go out. */
function isSent(place: (typeof places)[number], name: string): boolean {
  // Only a rebound page is of the origin that it asks.
  if (name === 'fetch, same-origin') return place === 'rebound page'
  // The site that redirects is none of HTTPS.
  return place !== 'page of HTTPS' || !name.includes('redirected')
}

/** Whether a rebound page reads why it is refused: no browser keeps that from it. */
function isRefusalOf(name: string, read: string): boolean {
  return name.startsWith('rebound page') && read.startsWith('{"jsonrpc":"2.0","id":null,"error":')
}
