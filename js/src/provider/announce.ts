import { InvalidParameterError } from '../error/InvalidParameterError.js'
import { check } from '../options/check.js'
import { OPTIONS } from '../options/options.js'
import { TARGET } from '../options/rules.js'
import { randomUuid } from '../wallet/randomUuid.js'
import type { Provider } from './provider.js'

/**
 * Announces a provider to the page by EIP-6963: now, and on each request for providers.
 *
 * @example
 * const stop = announceProvider(evm.provider, { name: 'My chain', rdns: 'org.example.chain' })
 *
 * @returns Function that stops the announcements.
 * @throws {@link InvalidParameterError} The info violates EIP-6963.
 */
export function announceProvider(
  provider: Provider,
  info: announceProvider.Info,
  target: EventTarget = globalThis as unknown as EventTarget,
): () => void {
  check(info, OPTIONS.announceProvider, 'info')
  check(target, TARGET, 'target')
  const { uuid = randomUuid(), name, icon = ICON, rdns } = info
  if (name === '') throw new InvalidParameterError('info.name', 'a text', name)
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(rdns))
    throw new InvalidParameterError(
      'info.rdns',
      'a reverse domain name such as org.example.wallet',
      rdns,
    )
  if (!/^data:image\//.test(icon))
    throw new InvalidParameterError('info.icon', 'a data URI of an image', icon)
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i.test(uuid))
    throw new InvalidParameterError('info.uuid', 'a version 4 UUID', uuid)
  const detail = Object.freeze({ info: Object.freeze({ uuid, name, icon, rdns }), provider })
  const announce = () =>
    void target.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }))
  target.addEventListener('eip6963:requestProvider', announce)
  announce()
  return () => target.removeEventListener('eip6963:requestProvider', announce)
}

export declare namespace announceProvider {
  /** Provider info of EIP-6963. */
  type Info = {
    /** @default a random one */
    uuid?: string | undefined
    /** Name for users. */
    name: string
    /** Data URI of a square image. @default a grey square */
    icon?: string | undefined
    /** Reverse domain name of the vendor. */
    rdns: string
  }
}

const ICON =
  'data:image/svg+xml,%3Csvg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"%3E%3Crect width="1" height="1" fill="%23888"/%3E%3C/svg%3E'
