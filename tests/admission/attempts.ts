/**
 * Every way in which a page sends text to a server, with its marker in the text or in the address.
 *
 * Runs in pages, frames and workers of any origin: it imports nothing.
 */

/** Sends `text` to `target`; resolves with what a script reads of the answer. */
type Attempt = (target: string, text: string) => Promise<unknown>

/** What one attempt read. */
export type Reading = { name: string; read: string }

/** Origin of the site that the script arrived from: it redirects requests. */
let site = ''

const JSON_TYPE = 'application/json'
const FORM_TYPE = 'application/x-www-form-urlencoded'

const send =
  (init: RequestInit, type?: string): Attempt =>
  async (target, text) => {
    const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type }
    // A Blob without a type is sent without Content-Type.
    const body = type === undefined ? new Blob([text]) : text
    return (await fetch(target, { method: 'POST', headers, body, ...init })).text()
  }

const ask =
  (init: RequestInit): Attempt =>
  async (target, text) =>
    (await fetch(inAddress(target, text), init)).text()

const redirected =
  (attempt: Attempt, hops: string): Attempt =>
  (target, text) =>
    attempt(`${site}/redirect?${hops}&to=${encodeURIComponent(target)}`, text)

const xhr =
  (type: string): Attempt =>
  (target, text) =>
    new Promise((resolve) => {
      const request = new XMLHttpRequest()
      request.open('POST', target)
      request.setRequestHeader('content-type', type)
      request.onloadend = () => resolve(request.responseText)
      request.send(text)
    })

const beacon =
  (wrap: (text: string) => BodyInit): Attempt =>
  async (target, text) =>
    void navigator.sendBeacon(target, wrap(text))

const socket =
  (path: string, protocols: string[] = []): Attempt =>
  (target, text) =>
    new Promise((resolve) => {
      const opened = new WebSocket(target.replace('http', 'ws') + path, protocols)
      opened.onopen = () => opened.send(text)
      opened.onmessage = ({ data }) => resolve(data)
      opened.onclose = () => resolve('')
    })

/** A form whose only field has a text of JSON as its name, as long as its end is the value. */
const form =
  (enctype: string): Attempt =>
  async (target, text) => {
    const frame = document.createElement('iframe')
    frame.name = `form${Math.random()}`
    document.body.append(frame)
    fill(target, text, enctype, frame.name).submit()
    await loaded(frame)
    return frame.contentDocument?.body?.textContent
  }

/** An element that loads an address. */
const element =
  (tag: string, attribute: string, rest: Record<string, string> = {}): Attempt =>
  async (target, text) => {
    const made = document.createElement(tag)
    for (const [name, value] of Object.entries(rest)) made.setAttribute(name, value)
    made.setAttribute(attribute, inAddress(target, text))
    document.body.append(made)
    await loaded(made)
    return (made as Partial<HTMLIFrameElement>).contentDocument?.body?.textContent
  }

/** What workers can do too. */
export const everywhere: Record<string, Attempt> = {
  'fetch, no type': send({}),
  'fetch, text/plain': send({}, 'text/plain'),
  'fetch, urlencoded': send({}, FORM_TYPE),
  'fetch, multipart': send({}, 'multipart/form-data; boundary=x'),
  'fetch, JSON': send({}, JSON_TYPE),
  'fetch, JSON in a parameter': send({}, `text/plain; charset=${JSON_TYPE}`),
  'fetch, JSON after a semicolon': send({}, `text/plain;${JSON_TYPE}`),
  'fetch, JSON with credentials': send({ credentials: 'include' }, JSON_TYPE),
  'fetch, PUT': send({ method: 'PUT' }, JSON_TYPE),
  'fetch, same-origin': send({ mode: 'same-origin' }, JSON_TYPE),
  'fetch, no-cors, no type': send({ mode: 'no-cors' }),
  'fetch, no-cors, text/plain': send({ mode: 'no-cors' }, 'text/plain'),
  'fetch, no-cors, urlencoded': send({ mode: 'no-cors' }, FORM_TYPE),
  'fetch, no-cors, JSON after a semicolon': send({ mode: 'no-cors' }, `text/plain;${JSON_TYPE}`),
  'fetch, no-cors, keepalive': send({ mode: 'no-cors', keepalive: true }, 'text/plain'),
  'fetch, no-cors, without referrer': send(
    { mode: 'no-cors', referrerPolicy: 'no-referrer' },
    'text/plain',
  ),
  'fetch, GET': ask({}),
  'fetch, no-cors, GET': ask({ mode: 'no-cors' }),
  'fetch, redirected': redirected(send({}, JSON_TYPE), 'hops=1'),
  'fetch, no-cors, redirected': redirected(send({ mode: 'no-cors' }, 'text/plain'), 'hops=1'),
  'fetch, redirected by another origin': redirected(send({}, 'text/plain'), 'hops=2'),
  WebSocket: socket('/'),
  'WebSocket, path': socket('/ws?a'),
  'WebSocket, protocol': socket('/', ['json']),
}

/** What only documents can do. */
const documents: Record<string, Attempt> = {
  'XMLHttpRequest, text/plain': xhr('text/plain'),
  'XMLHttpRequest, JSON': xhr(JSON_TYPE),
  'beacon, text': beacon((text) => text),
  'beacon, no type': beacon((text) => new Blob([text])),
  'beacon, JSON': beacon((text) => new Blob([text], { type: JSON_TYPE })),
  'form, text/plain': form('text/plain'),
  'form, urlencoded': form(FORM_TYPE),
  'form, multipart': form('multipart/form-data'),
  'form, redirected': redirected(form('text/plain'), 'hops=1'),
  EventSource: (target, text) =>
    new Promise((resolve) => {
      const source = new EventSource(inAddress(target, text))
      source.onmessage = ({ data }) => resolve(data)
      source.onerror = () => {
        source.close()
        resolve('')
      }
    }),
  iframe: element('iframe', 'src'),
  object: element('object', 'data'),
  img: element('img', 'src'),
  script: element('script', 'src'),
  module: element('script', 'src', { type: 'module' }),
  stylesheet: element('link', 'href', { rel: 'stylesheet' }),
}

/** Names of the attempts of a document, or of a worker, in the order of their markers. */
export function namesOf(kind: 'document' | 'worker'): string[] {
  return Object.keys(kind === 'worker' ? everywhere : { ...everywhere, ...documents })
}

/** Address whose balance shows that attempt `index` of context `context` changed the chain. */
export function markerOf(context: number, index: number): string {
  const hex = (value: number) => value.toString(16).padStart(4, '0')
  return `0xbad${hex(context)}bad${hex(index)}bad`.padEnd(42, '0')
}

/** Lists the accounts, gives the marker ether, and sends it some from the first account. */
export function textOf(marker: string): string {
  const from = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
  const calls: [string, unknown[]][] = [
    ['eth_accounts', []],
    ['anvil_setBalance', [marker, '0x1']],
    ['eth_sendTransaction', [{ from, to: marker, value: '0x1' }]],
  ]
  return JSON.stringify(
    calls.map(([method, params], id) => ({ jsonrpc: '2.0', id, method, params })),
  )
}

/** Makes all attempts at once; resolves with what was read by those that read anything. */
export async function play(parameters: play.Parameters): Promise<Reading[]> {
  site = parameters.site
  const { target, context } = parameters
  const all = typeof document === 'undefined' ? everywhere : { ...everywhere, ...documents }
  const readings = await Promise.all(
    Object.entries(all).map(async ([name, attempt], index) => {
      const text = textOf(markerOf(context, index))
      const late = new Promise((resolve) => setTimeout(resolve, LIMIT_MS))
      const read = await Promise.race([attempt(target, text), late]).catch(() => '')
      return { name, read: String(read ?? '') }
    }),
  )
  return readings.filter(({ read }) => read !== '')
}

export declare namespace play {
  type Parameters = { site: string; target: string; context: number }
}

/** Shows what a form sends in this very window, which it leaves. */
export function submitHere({ target, context }: play.Parameters): void {
  fill(target, textOf(markerOf(context, 0)), 'text/plain', '_self').submit()
}

/** Some attempts end without an event. */
const LIMIT_MS = 4_000

function inAddress(target: string, text: string): string {
  return `${target}/?${encodeURIComponent(text)}`
}

function fill(target: string, text: string, enctype: string, name: string): HTMLFormElement {
  const form = document.createElement('form')
  const input = document.createElement('input')
  Object.assign(form, { action: target, method: 'post', enctype, target: name })
  // Sent is `name=value`: the sign between them is inside of a string.
  input.name = text.replace(/\]$/, ',{"jsonrpc":"2.0","method":"eth_chainId","id":"')
  input.value = '"}]'
  form.append(input)
  document.body.append(form)
  return form
}

function loaded(made: HTMLElement): Promise<unknown> {
  return new Promise((resolve) => {
    made.addEventListener('load', resolve)
    made.addEventListener('error', resolve)
  })
}
