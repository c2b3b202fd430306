import { expect, test } from 'vitest'
import { announceProvider } from './announce.js'
import type { Provider } from './provider.js'

const provider = {} as Provider
const info = { name: 'My chain', rdns: 'org.example.chain' }

/** Who looks for providers, as EIP-6963 says. */
function listenTo(page: EventTarget) {
  const found: unknown[] = []
  page.addEventListener('eip6963:announceProvider', (event) => {
    found.push((event as CustomEvent).detail)
  })
  return found
}

test('a provider is announced at once, and at each later request', () => {
  const page = new EventTarget()
  const found = listenTo(page)
  const stop = announceProvider(provider, info, page)
  page.dispatchEvent(new Event('eip6963:requestProvider'))
  expect(found).toHaveLength(2)
  expect(found[0]).toBe(found[1])
  expect(found[0]).toMatchObject({
    info: {
      ...info,
      uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      icon: expect.stringMatching(/^data:image/),
    },
  })
  expect((found[0] as { provider: unknown }).provider).toBe(provider)
  expect(Object.isFrozen(found[0])).toBe(true)
  stop()
  page.dispatchEvent(new Event('eip6963:requestProvider'))
  expect(found).toHaveLength(2)
})

test.each([
  ['info.name', { ...info, name: '' }],
  ['info.rdns', { ...info, rdns: 'example' }],
  ['info.icon', { ...info, icon: 'https://example.org/icon.png' }],
  ['info.uuid', { ...info, uuid: '1' }],
])('what is wrong with %s is said', (parameter, wrong) => {
  expect(() => announceProvider(provider, wrong, new EventTarget())).toThrow(
    expect.objectContaining({ name: 'InvalidParameterError', data: { parameter } }),
  )
})

test('a page that takes no events is refused by name', () => {
  expect(() => announceProvider(provider, info, {} as EventTarget)).toThrow('`target` must be')
})
