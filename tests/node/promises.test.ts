import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'vite'
import { expect, test } from 'vitest'

/**
 * A promise that is rejected without a listener ends a process of Node.js. Biome finds those that nobody looks at
 * (`noFloatingPromises`). This finds the two kinds that it lets pass: an asynchronous function as a listener, whose
 * promise the caller throws away, and a promise behind `void`.
 */
const root = fileURLToPath(new URL('../../js', import.meta.url))

/** Functions that throw away what their callback returns. */
const LISTENING = new Set([
  ...['on', 'once', 'addListener', 'prependListener', 'addEventListener', 'subscribe'],
  ...[
    'setTimeout',
    'setInterval',
    'setImmediate',
    'queueMicrotask',
    'nextTick',
    'startTimer',
    'forEach',
  ],
  ...['onUncaught', 'onUnreadable', 'listen'],
])

/** Places that may be as they are, with the reason for which nothing is rejected there. */
const REASONS: Record<string, string> = {
  'src/pool/spawnHere.ts: void resolved.then(task)':
    'a receiver that throws breaks an invariant, as a listener to a worker does',
  'src/pool/spawnHere.ts: void started.then(() => isGone || receive?.(m': 'as above',
  'src/node/intervalMiner.ts: setTimeout(mine)': 'it catches what its request rejects with',
}

/** Calls behind `void`, with the reason for which their promise cannot reject, or for which they have none. */
const VOIDED: Record<string, string> = {
  keep: 'a save that fails is printed',
  stop: 'workers end without an error',
  serveHttp: 'it ends its connection with what goes wrong',
  destroy: 'no promise',
  dispatchEvent: 'no promise',
  setImmediate: 'no promise',
  on: 'no promise',
  once: 'no promise',
  end: 'no promise: of a stream',
  add: 'no promise',
  delete: 'no promise',
  note: 'no promise',
}

type Node = { type: string; start: number } & Record<string, unknown>

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, 'type') === 'string'

function* nodesIn(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const item of value) yield* nodesIn(item)
  if (!isNode(value)) return
  yield value
  for (const child of Object.values(value)) yield* nodesIn(child)
}

/** Returns the name of a function that is called: the last one of `a.b.c()`. */
function nameOf(callee: unknown): string {
  if (!isNode(callee)) return ''
  if (callee.type === 'Identifier') return String(callee.name)
  return nameOf(callee.property ?? callee.expression)
}

const argumentsOf = (call: Node): Node[] => (Array.isArray(call.arguments) ? call.arguments : [])

/** Whether a call ends a chain of promises so that it cannot reject. */
function isCaught(call: Node): boolean {
  const name = nameOf(call.callee)
  return name === 'catch' || (name === 'then' && argumentsOf(call).length === 2)
}

/** Returns what is wrong in a source. */
function faultsIn(file: string, text: string): string[] {
  const nodes = [...nodesIn(parseSync(file, text).program)]
  const faults: string[] = []
  const asynchronous = new Set<string>()
  for (const node of nodes) {
    const { id, init } = node
    if (node.async === true && isNode(id)) asynchronous.add(nameOf(id))
    if (isNode(init) && init.async === true) asynchronous.add(nameOf(id))
  }
  for (const node of nodes) {
    const name = nameOf(node.callee)
    if (node.type === 'CallExpression' && LISTENING.has(name))
      for (const argument of argumentsOf(node)) {
        const isAsync = argument.async === true
        const called = isNode(argument.body) ? nameOf(argument.body.callee) : nameOf(argument)
        if (!isAsync && !asynchronous.has(called)) continue
        const fault = `${file}: ${name}(${isAsync ? 'async' : called})`
        faults.push(fault)
      }
    if (node.type !== 'UnaryExpression' || node.operator !== 'void') continue
    const inner = isNode(node.argument) && node.argument.expression
    const call = isNode(inner) ? inner : node.argument
    if (!isNode(call) || call.type !== 'CallExpression' || isCaught(call)) continue
    if (Object.hasOwn(VOIDED, nameOf(call.callee))) continue
    faults.push(`${file}: void ${text.slice(call.start, call.start + 40).split('\n')[0]}`)
  }
  return faults
}

const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.endsWith('.d.ts'))
  .map((name) => relative(root, join(root, name)))

test('no listener is asynchronous, and no promise behind void can reject', () => {
  expect(sources.length).toBeGreaterThan(90)
  const faults = sources.flatMap((file) => faultsIn(file, readFileSync(join(root, file), 'utf8')))
  expect(faults.filter((fault) => !Object.hasOwn(REASONS, fault))).toEqual([])
})

test.each([
  ["server.on('error', async () => {})", 'x.ts: on(async)'],
  ['async function f() {}\nsetTimeout(f, 1)', 'x.ts: setTimeout(f)'],
  ['const f = async () => {}\nsetTimeout(() => f(), 1)', 'x.ts: setTimeout(f)'],
  ['void f()', 'x.ts: void f()'],
  ['void f?.().then(() => 1)', 'x.ts: void f?.().then(() => 1)'],
])('%j is found', (text, fault) => {
  expect(faultsIn('x.ts', text)).toEqual([fault])
})

test.each([
  "server.on('error', () => {})",
  'void f().catch(() => {})',
  'void f().then(resolve, reject)',
  'const f = () => 1\nsetTimeout(f, 1)',
])('%j is let pass', (text) => {
  expect(faultsIn('x.ts', text)).toEqual([])
})
